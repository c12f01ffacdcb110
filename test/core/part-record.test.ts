import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  askerName,
  partKeyOf,
  readAsker,
  readPart,
  writePart,
} from '../../shared/core/part-record.ts';
import { anyText, oddJson } from '../support/arbitraries.ts';
import { partState, sealed } from '../support/ledger-states.ts';
import { idAt, intentOf } from '../support/messages.ts';

describe('what is known of a part comes back from its record', () => {
  it('any state', () => {
    fc.assert(
      fc.property(partState(), (state) => {
        const read = readPart(writePart(state));
        expect(read).toEqual(state);
        expect(read && writePart(read)).toBe(writePart(state));
      }),
    );
  });

  it('of a job at the end of many', () => {
    const [verdict] = fc.sample(sealed(), 1);
    const verdicts = Array.from({ length: 10_000 }, (_, i) => (i === 9_999 ? verdict : undefined));
    const state = { invocation: 'i', verdicts, published: new Set([9_999]), asked: new Map() };
    expect(readPart(writePart(state))?.verdicts[9_999]).toEqual(verdict);
    expect(readPart(writePart(state))?.published).toEqual(new Set([9_999]));
  });
});

describe('a record is short', () => {
  it('jobs that share a verdict share an entry: a hundred take less than one write unit', () => {
    const verdict = {
      outcome: 'delivered',
      evidence: 'positional',
      call: { id: '01a1f89b-26ba-71df-a364-15cde11c143c', size: 100, attempts: 1 },
      calledAt: 1_769_860_800_000,
      settledAt: 1_769_860_800_040,
    } as const;
    const state = { invocation: idAt(1), published: new Set<number>(), asked: new Map() };
    const text = writePart({ ...state, verdicts: Array(100).fill(verdict) });
    expect(text.length).toBeLessThan(400);
    expect(writePart({ ...state, verdicts: Array(10_000).fill(verdict) }).length).toBeLessThan(400);
  });
});

describe('a record that is not known here is told as such', () => {
  it.each([
    ['a version to come', '{"v":2,"invocation":"i","asked":[],"verdicts":[]}'],
    ['no version', '{"invocation":"i","asked":[],"verdicts":[]}'],
    ['another shape', '{"v":1,"verdicts":{}}'],
    ['an outcome to come', '{"v":1,"invocation":"i","asked":[],"verdicts":[{"outcome":"new"}]}'],
    ['no text', ''],
    ['no JSON', 'v1'],
  ])('%s', (_, text) => {
    expect(readPart(text)).toBeUndefined();
  });

  it('and never thrown at, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          anyText(),
          oddJson().map((value) => JSON.stringify(value) ?? ''),
        ),
        (text) => {
          expect(readPart(text)).toBeUndefined();
        },
      ),
    );
  });
});

describe('each message of an intent has a record of its own', () => {
  it('by its intent and its first job, for no job is in two messages of one intent', () => {
    expect(partKeyOf(intentOf({ age: 1, jobs: ['131', '130'] }))).toBe(`intent/${idAt(1)}/131`);
    const task = { job_id: 'a', start_time: '5' };
    const start = intentOf({ age: 2, operation: 'drs.start', jobs: [task, 'b'] });
    expect(partKeyOf(start)).toBe(`intent/${idAt(2)}/a`);
  });
});

describe('who asked in vain is told by a name', () => {
  it('law: it is read as it was written, for any invocation', () => {
    const asker = fc.record({
      invocation: fc.uuid(),
      mayBeServed: fc.boolean(),
      suspects: fc.option(fc.integer({ min: 1, max: 10_000 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(asker, (one) => {
        expect(readAsker(askerName(one))).toEqual(one);
      }),
    );
  });
});
