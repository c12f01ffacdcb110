import { describe, expect, it } from 'vitest';
import type { JobRecord, Standing } from '../../shared/ledger/job-record.ts';
import { passesOver, stopBeforeOf } from '../../shared/ledger/stop-before.ts';
import { OPERATIONS } from '../../shared/operations/index.ts';
import type { OperationName } from '../../shared/operations/operation.ts';
import { idAt } from '../support/messages.ts';

const recordOf = (operation: OperationName, stopBefore?: JobRecord['stopBefore']): JobRecord => ({
  newest: idAt(1),
  operation,
  claim: { block: 'block', index: 0, invocation: 'i', at: 5, until: 9 },
  stopBefore,
});

const settled = (outcome: 'delivered' | 'rejected'): Standing => ({
  kind: 'settled',
  verdict: { outcome, evidence: 'keyed', calledAt: 6, settledAt: 7 },
});
const released: Standing = { kind: 'released', over: false };
const unclear: Standing = { kind: 'unclear', over: false };

const EARLIER = { operation: 'dli.stop', at: 1, isDelivered: true } as const;

describe('the stop that a run has yet to wait for', () => {
  it.each([
    ['a stop that was delivered', 'dli.stop', settled('delivered'), { at: 7, isDelivered: true }],
    [
      'one that was rejected: an older one may be under way',
      'dli.stop',
      settled('rejected'),
      { at: 7, isDelivered: false },
    ],
    ['one that may have been served', 'drs.stop', unclear, { at: 5, isDelivered: false }],
  ] as const)('%s', (_, operation, standing, stop) => {
    expect(stopBeforeOf(recordOf(operation), standing)).toEqual({ operation, ...stop });
  });

  it('is the earlier one, if nothing was sent for the later one', () => {
    expect(stopBeforeOf(recordOf('dli.stop', EARLIER), released)).toEqual(EARLIER);
    expect(stopBeforeOf(recordOf('dli.stop'), released)).toBeUndefined();
  });

  it('stays while the operation after it is not delivered', () => {
    for (const standing of [released, unclear, settled('rejected')])
      expect(stopBeforeOf(recordOf('dli.delete', EARLIER), standing)).toEqual(EARLIER);
    expect(stopBeforeOf(recordOf('dli.delete', EARLIER), settled('delivered'))).toBeUndefined();
  });

  it('is left behind by all operations but its run', () => {
    const own = Object.values(OPERATIONS).filter(({ service }) => service === 'dli');
    const left = own.filter((operation) => passesOver(operation, EARLIER));
    expect(left.map(({ name }) => name)).toEqual(['dli.stop', 'dli.delete']);
  });
});
