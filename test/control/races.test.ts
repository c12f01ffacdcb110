import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Result } from '../../shared/intent/result.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { agree, message, outcomes, startControlRoom } from '../support/control-room.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { idAt, PROJECT } from '../support/messages.ts';
import { inTurns } from '../support/turns.ts';

/** A ledger that lets something else happen once, right after its `nth` read. */
const interrupted = (nth: number, meanwhile: () => Promise<unknown>): Ledger => {
  const ledger = memoryLedger();
  let reads = 0;
  return {
    ...ledger,
    read: async (keys) => {
      const found = await ledger.read(keys);
      if (++reads === nth) await meanwhile();
      return found;
    },
  };
};

describe('a message that the queue gives to two at once is carried out once (P2, P4)', () => {
  it.each([1, 2, 3])('the other is done with it after read %i', async (nth) => {
    const batch = [message('m1', { jobs: ['131', '130'] })];
    const room = startControlRoom({
      ledger: interrupted(nth, async () => expect(await room.run(batch)).toEqual([])),
    });
    await room.run(batch);
    expect(room.calls.map(({ jobs }) => jobs)).toEqual([['131', '130']]);
    expect(await room.run(batch)).toEqual([]);
    expect(room.calls).toHaveLength(1);
    expect(new Set(outcomes(room.results))).toEqual(new Set(['130 delivered', '131 delivered']));
  });
});

/** Lets others go first, as often as the script says. */
const makeTurns = (script: readonly number[]) => {
  let at = 0;
  return async (): Promise<void> => {
    for (let turns = script[at++ % script.length] ?? 0; turns > 0; turns--)
      await new Promise((done) => setImmediate(done));
  };
};

/** A room whose ledger, upstream and bus let others go first. Throws if two calls for one job are under way at once. */
const turningRoom = (script: readonly number[]) => {
  const turn = makeTurns(script);
  const memory = memoryLedger();
  const underWay = new Set<string>();
  const after = async <T>(act: () => T | Promise<T>): Promise<T> => {
    await turn();
    return act();
  };
  return startControlRoom({
    ledger: {
      read: (keys) => after(() => memory.read(keys)),
      write: (entry, seen) => after(() => memory.write(entry, seen)),
    },
    reply: async (call) => {
      for (const job of call.jobs) {
        expect(underWay).not.toContain(job);
        underWay.add(job);
      }
      await turn();
      for (const job of call.jobs) underWay.delete(job);
      return agree(call);
    },
    publishes: () => after(() => true),
  });
};

/** What was told of each intent and job. */
const toldOf = (results: readonly Result[]): ReadonlyMap<string, ReadonlySet<string>> => {
  const told = new Map<string, Set<string>>();
  for (const { result_id: id, outcome, superseded_by: by } of results)
    told.set(id, (told.get(id) ?? new Set()).add(`${outcome} ${by}`));
  return told;
};

describe('of several invocations at once one alone calls for a job', () => {
  const JOBS = ['1', '2', '3'];
  const script = fc.array(fc.nat({ max: 4 }), { minLength: 1, maxLength: 60 });
  const wished = fc.array(fc.subarray(JOBS, { minLength: 1 }), { minLength: 1, maxLength: 3 });
  const given = fc.array(fc.subarray([0, 1, 2], { minLength: 1 }), { minLength: 2, maxLength: 4 });

  const play = async (
    turns: readonly number[],
    wishes: readonly (readonly string[])[],
    batches: readonly (readonly number[])[],
  ): Promise<void> => {
    const room = turningRoom(turns);
    const messages = wishes.map((jobs, i) => message(`m${i}`, { age: i + 1, jobs }));
    const batchOf = (indices: readonly number[]) => indices.flatMap((i) => messages[i] ?? []);
    await Promise.all(batches.map((indices) => room.run(batchOf(indices))));
    for (let i = 0; i < 20 && (await room.run(messages)).length > 0; i++);

    const told = toldOf(room.results);
    expect([...told.keys()].toSorted()).toEqual(
      wishes.flatMap((jobs, i) => jobs.map((job) => `${idAt(i + 1)}/${job}`)).toSorted(),
    );
    for (const verdicts of told.values()) expect(verdicts.size).toBe(1);
    for (const job of JOBS) {
      const called = room.calls.filter(({ jobs }) => jobs.includes(job)).length;
      expect(called).toBeLessThanOrEqual(wishes.filter((jobs) => jobs.includes(job)).length);
    }
  };

  it('however they take turns, with the same messages or others for the same jobs', () =>
    fc.assert(fc.asyncProperty(script, wished, given, play), { numRuns: 150 }));
});

describe('nothing stale is carried out, in whatever order messages come (P3)', () => {
  it('an older intent that comes after a newer one is superseded by it', async () => {
    const { run, calls, results } = startControlRoom();
    await run([
      message('m2', { age: 2, operation: 'dli.stop', options: { trigger_savepoint: true } }),
    ]);
    expect(await run([message('m1', { age: 1 })])).toEqual([]);
    expect(calls.map(({ path }) => path)).toEqual([`/v1.0/${PROJECT}/streaming/jobs/stop`]);
    expect(results).toMatchObject([
      { outcome: 'delivered', intent_id: idAt(2) },
      { outcome: 'superseded', intent_id: idAt(1), superseded_by: idAt(2) },
    ]);
  });

  it('a newer one waits while the call of an older may be under way', async () => {
    let answer: (() => void) | undefined;
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const { run, calls } = startControlRoom({
      reply: async (call) => {
        if (calls.length === 1) await answered;
        return agree(call);
      },
    });
    const first = run([message('m1', { age: 1 })]);
    await inTurns(() => expect(calls).toHaveLength(1));
    const newer = [message('m2', { age: 2, options: { resume_savepoint: true } })];
    expect(await run(newer)).toEqual(['m2']);
    expect(calls).toHaveLength(1);
    answer?.();
    await first;
    expect(await run(newer)).toEqual([]);
    expect(calls).toHaveLength(2);
  });
});
