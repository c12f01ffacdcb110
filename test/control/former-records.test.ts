import { describe, expect, it } from 'vitest';
import {
  blockKeyOf,
  messageKeyOf,
  type RecordedVerdict,
  readBlock,
  writeBlock,
} from '../../shared/ledger/block-record.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { outcomes, startControlRoom } from '../support/control-room.ts';
import { given } from '../support/given-messages.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { intentOf } from '../support/messages.ts';
import { maybeServed } from '../support/noted.ts';

const WISH = { jobs: ['1', '2', '3'] };
const KEY = messageKeyOf(intentOf(WISH));
const BLOCK = blockKeyOf(intentOf(WISH).intent_id, 0);

const REJECTED: RecordedVerdict = {
  outcome: 'rejected',
  evidence: 'keyed',
  error: { code: 'DLI.0002', message: 'words' },
  calledAt: 1,
  settledAt: 2,
};

/** A ledger with the record that a release before 0.2 kept of the whole message, and the keys that are read. */
const ledgerWithFormer = async () => {
  const ledger = memoryLedger();
  const body = writeBlock({
    invocation: 'former',
    verdicts: [REJECTED, REJECTED],
    published: new Set([1]),
    requests: new Map([[2, maybeServed('former')]]),
  });
  await ledger.write({ key: KEY, version: 'former', body, expiresAt: 9_999_999_999 }, undefined);
  const asked: string[] = [];
  const read: Ledger['read'] = (keys) => {
    asked.push(...keys);
    return ledger.read(keys);
  };
  return { ledger: { ...ledger, read }, asked };
};

describe('a message that an earlier release has worked on', () => {
  it('keeps the verdicts of that release, and those that are on the bus are not told again', async () => {
    const { ledger } = await ledgerWithFormer();
    const room = startControlRoom({ ledger });
    expect(await room.run([given('m', WISH, {}, 2)])).toEqual([]);
    expect(room.calls.map(({ jobs }) => jobs)).toEqual([['3']]);
    expect(outcomes(room.results)).toEqual(['1 rejected', '3 delivered']);
    const block = readBlock(ledger.entries.get(BLOCK)?.body ?? '');
    expect(block?.verdicts.map((verdict) => verdict?.outcome)).toEqual([
      'rejected',
      'rejected',
      'delivered',
    ]);
  });

  it('keeps them in the record of the block, also where no job is left to do', async () => {
    const { ledger } = await ledgerWithFormer();
    const room = startControlRoom({ ledger });
    const wish = { jobs: ['1', '2'] };
    expect(await room.run([given('m', wish, {}, 2)])).toEqual([]);
    expect(room.calls).toEqual([]);
    expect(readBlock(ledger.entries.get(BLOCK)?.body ?? '')?.verdicts).toHaveLength(2);
  });

  it('keeps what was noted of a request for a job that is open, also where there is no time for another', async () => {
    const ledger = memoryLedger();
    const body = writeBlock({
      invocation: 'former',
      verdicts: [REJECTED],
      published: new Set([0]),
      requests: new Map([[2, maybeServed('former', 3)]]),
    });
    await ledger.write({ key: KEY, version: 'former', body, expiresAt: 9_999_999_999 }, undefined);
    const room = startControlRoom({ ledger, remainingMs: () => 0 });
    expect(await room.run([given('m', WISH, {}, 2)])).toEqual(['m']);
    const block = readBlock(ledger.entries.get(BLOCK)?.body ?? '');
    expect(block?.requests.get(2)).toEqual(maybeServed('former', 3));
    expect(block?.verdicts).toEqual([REJECTED]);
  });

  it('is asked for only where the message has been received before', async () => {
    const { ledger, asked } = await ledgerWithFormer();
    const room = startControlRoom({ ledger });
    expect(await room.run([given('m', WISH)])).toEqual([]);
    expect(asked).not.toContain(KEY);
    expect(room.calls.map(({ jobs }) => jobs)).toEqual([['1', '2', '3']]);
  });
});
