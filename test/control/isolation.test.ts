import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  begin,
  bound,
  expectOnlyBadRejected,
  idsUpTo,
  placeOfOne,
  refusing,
} from '../support/isolation-room.ts';

describe('a bad id hurts only itself (P7)', () => {
  it.each([
    ['dli.run', 'dli', false],
    ['dli.run', 'dli', true],
    ['drs.start', 'drs', false],
  ] as const)('one bad job anywhere, %s, %s', async (operation, service, asList) => {
    await fc.assert(
      fc.asyncProperty(placeOfOne, async ([count, at]) => {
        const bad = new Set([String(at)]);
        const { calls, staying, results, outcomeOf } = await begin(
          count,
          refusing(bad, service, asList),
          operation,
        );
        expect(calls.length - 1).toBeLessThanOrEqual(bound(count));
        expect(staying).toEqual([]);
        expect(results).toHaveLength(count);
        expectOnlyBadRejected(count, bad, outcomeOf);
      }),
      { numRuns: 60 },
    );
  });

  it('and the bound is met at every place of a full call', async () => {
    for (let at = 0; at < 128; at += 9) {
      const { calls } = await begin(128, refusing(new Set([String(at)])));
      expect(calls.length - 1).toBeLessThanOrEqual(15);
    }
  });

  it('one by one: a half that must be bad, since its sibling went through, is not sent whole', async () => {
    for (const count of [2, 8, 100, 128]) {
      const { calls } = await begin(count, refusing(new Set([String(count - 1)])), 'dli.run', 1);
      expect(calls.length - 1).toBeLessThanOrEqual(Math.ceil(Math.log2(count)) + 2);
    }
  });

  it('several bad jobs: each is found, all others are delivered', async () => {
    const some = fc
      .integer({ min: 2, max: 128 })
      .chain((count) =>
        fc.tuple(fc.constant(count), fc.subarray([...idsUpTo(count)], { minLength: 1 })),
      );
    await fc.assert(
      fc.asyncProperty(some, async ([count, list]) => {
        const bad = new Set(list);
        const { calls, staying, outcomeOf } = await begin(count, refusing(bad));
        expect(staying).toEqual([]);
        expectOnlyBadRejected(count, bad, outcomeOf);
        expect(calls.length).toBeLessThanOrEqual(2 * count - 1);
        expect(calls.length - 1).toBeLessThanOrEqual(bad.size * bound(count));
        expect(calls.length - 1).toBeLessThanOrEqual(1.6 * count + 4);
      }),
      { numRuns: 60 },
    );
  });

  it('all bad: all are rejected, one by one', async () => {
    for (const count of [2, 3, 4, 5, 8, 16, 31, 64, 100, 128]) {
      const { calls, outcomeOf } = await begin(count, refusing(new Set(idsUpTo(count))));
      expect([...new Set(outcomeOf.values())]).toEqual(['rejected']);
      expect(calls.length).toBeLessThanOrEqual(1.25 * count + 8);
    }
  });

  it.each([0.5, 0.7, 0.9])('most of them bad, %d: hardly more calls than jobs', async (share) => {
    const shuffled = fc.shuffledSubarray([...idsUpTo(100)], { minLength: 100 });
    const draws = fc.sample(shuffled, { numRuns: 30, seed: 7 });
    const counts = await Promise.all(
      draws.map(async (jobs) => {
        const { calls } = await begin(100, refusing(new Set(jobs.slice(0, 100 * share))));
        return calls.length;
      }),
    );
    expect(counts.reduce((a, b) => a + b) / counts.length).toBeLessThanOrEqual(115);
  });

  it('a few bad ones, one in each quarter: as few calls as if they were found one by one', async () => {
    for (const bad of [
      ['0', '25', '50', '75'],
      ['24', '49', '74', '99'],
    ]) {
      const { calls } = await begin(100, refusing(new Set(bad)));
      expect(calls.length - 1).toBeLessThanOrEqual(4 * bound(100));
    }
  });

  it('a delivered job is never sent again', async () => {
    const sent = new Map<string, number>();
    await begin(100, (call) => {
      const reply = refusing(new Set(['37', '38', '99']))(call);
      if (reply.kind === 'replied' && reply.status === 200)
        for (const job of call.jobs) sent.set(job, (sent.get(job) ?? 0) + 1);
      return reply;
    });
    expect([...sent.values()].every((times) => times === 1)).toBe(true);
  });

  it('the results tell in how many calls a job was', async () => {
    const { results } = await begin(4, refusing(new Set(['0'])), 'dli.run', 1);
    expect(
      results
        .map(({ job_id, call, evidence }) => [job_id, call?.attempts, call?.size, evidence])
        .toSorted(),
    ).toEqual([
      ['0', 3, 1, 'aggregate'],
      ['1', 3, 3, 'positional'],
      ['2', 3, 3, 'positional'],
      ['3', 3, 3, 'positional'],
    ]);
  });
});
