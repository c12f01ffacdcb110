import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Reply } from '../../shared/reply/reply.ts';
import {
  agree,
  message,
  refusal,
  type SeenCall,
  startControlRoom,
} from '../support/control-room.ts';
import { NOW } from '../support/messages.ts';
import { replied } from '../support/replies.ts';

const CODE = { dli: 'DLI.0001', drs: 'DRS.M00202' };

/** Refuses a call whole for any bad job in it, naming none. */
const refusing =
  (bad: ReadonlySet<string>, service: 'dli' | 'drs' = 'dli', asList = false) =>
  (call: SeenCall): Reply => {
    if (!call.jobs.some((job) => bad.has(job))) return agree(call);
    const error = refusal(CODE[service]);
    return replied(400, asList ? [error] : error);
  };

const idsUpTo = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => String(i));

/** Asks for `count` jobs, one message each, in one call. */
const begin = async (
  count: number,
  reply: (call: SeenCall) => Reply,
  operation: 'dli.run' | 'drs.start' = 'dli.run',
) => {
  const room = startControlRoom({ reply, maxJobsPerCall: 128 });
  const staying = await room.run(
    idsUpTo(count).map((job, i) => message(`m${job}`, { age: i, operation, jobs: [job] })),
  );
  const outcomeOf = new Map(
    room.results.map(({ job_id, outcome }): [string, string] => [job_id, outcome]),
  );
  return { ...room, staying, outcomeOf };
};

const expectOnlyBadRejected = (
  count: number,
  bad: ReadonlySet<string>,
  outcomeOf: ReadonlyMap<string, string>,
) =>
  expect(idsUpTo(count).map((job) => outcomeOf.get(job))).toEqual(
    idsUpTo(count).map((job) => (bad.has(job) ? 'rejected' : 'delivered')),
  );

const bound = (count: number): number => 2 * Math.ceil(Math.log2(count)) + 1;

const place = fc
  .integer({ min: 2, max: 128 })
  .chain((count) => fc.tuple(fc.constant(count), fc.nat({ max: count - 1 })));

describe('a bad id hurts only itself (P7)', () => {
  it.each([
    ['dli.run', 'dli', false],
    ['dli.run', 'dli', true],
    ['drs.start', 'drs', false],
  ] as const)('one bad job anywhere, %s, %s', async (operation, service, asList) => {
    await fc.assert(
      fc.asyncProperty(place, async ([count, at]) => {
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

  it('a half that must be bad, since its sibling went through, is not sent whole', async () => {
    for (const count of [2, 8, 100, 128]) {
      const { calls } = await begin(count, refusing(new Set([String(count - 1)])));
      expect(calls.length - 1).toBeLessThanOrEqual(Math.ceil(Math.log2(count)) + 1);
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
      // The whole, its halves and quarters, and each of them alone.
      expect(calls.length).toBeLessThanOrEqual(1 + 2 + 4 + count);
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
    const { results } = await begin(4, refusing(new Set(['0'])));
    expect(
      results
        .map(({ job_id, call, evidence }) => [job_id, call?.attempts, call?.size, evidence])
        .toSorted(),
    ).toEqual([
      ['0', 3, 1, 'aggregate'],
      ['1', 3, 1, 'positional'],
      ['2', 2, 2, 'positional'],
      ['3', 2, 2, 'positional'],
    ]);
  });
});

describe('what time does not allow goes on where it stopped', () => {
  const LEASE = 60_000;

  /** Invocations that have time for so few requests, until nothing comes back: what came of it, in how many calls. */
  const goOn = async (bad: ReadonlySet<string>, requests: number, status = 400) => {
    let remaining = 0;
    let at = Date.parse(NOW);
    const { run, results, calls } = startControlRoom({
      now: () => at,
      remainingMs: () => (remaining > 0 ? 60_000 : 0),
      reply: (call) => {
        remaining--;
        const isBad = call.jobs.some((job) => bad.has(job));
        return isBad ? replied(status, refusal('DLI.0002')) : agree(call);
      },
      statusOf: () => 'job_cancel_success',
    });
    let left = idsUpTo(100);
    for (let receives = 1; left.length > 0 && receives < 90; receives++) {
      remaining = requests;
      at += LEASE;
      const batch = left.map((job) => message(job, { age: Number(job), jobs: [job] }, receives));
      left = await run(batch);
    }
    const outcomeOf = new Map(results.map(({ job_id, outcome }) => [job_id, outcome] as const));
    return { outcomeOf, calls };
  };

  it.each<[string, readonly string[], number]>([
    ['the first of all', ['0'], 3],
    ['the last', ['99'], 3],
    ['one at either end', ['0', '99'], 3],
    ['one at either end, and time for two requests', ['0', '99'], 2],
    ['many', ['3', '14', '15', '92', '65', '35'], 4],
  ])('%s is bad', async (_, list, requests) => {
    const bad = new Set(list);
    const { outcomeOf, calls } = await goOn(bad, requests);
    expectOnlyBadRejected(100, bad, outcomeOf);
    expect(calls.length).toBeLessThanOrEqual((bad.size + 1) * bound(100));
  });

  it('also where it is refused for all beside a status of success: each round after a look', async () => {
    // One in each quarter: what is called again has to be cut smaller each time.
    const bad = new Set(['0', '30', '60', '99']);
    const { outcomeOf } = await goOn(bad, Number.POSITIVE_INFINITY, 200);
    expectOnlyBadRejected(100, bad, outcomeOf);
  });
});

describe('a refusal that is no job’s own is not taken apart', () => {
  it.each([
    ['DLI.1028', 400, 'rejected'],
    ['DLI.0999', 400, undefined],
    ['APIGW.0308', 429, undefined],
    ['NEW.1', 500, undefined],
  ])('%s at %i: %s', async (code, status, outcome) => {
    const { calls, staying, outcomeOf } = await begin(8, () => replied(status, refusal(code)));
    expect(calls).toHaveLength(1);
    expect(idsUpTo(8).map((job) => outcomeOf.get(job))).toEqual(Array(8).fill(outcome));
    expect(staying).toHaveLength(outcome === undefined ? 8 : 0);
  });
});

describe('a part of a refused call that is not answered comes back', () => {
  it('and the other part is settled all the same', async () => {
    const bad = refusing(new Set(['0']));
    const { staying, outcomeOf } = await begin(8, (call) =>
      call.jobs.length < 8 && call.jobs.includes('7')
        ? { kind: 'silent', reason: 'timeout' }
        : bad(call),
    );
    expect(staying).toEqual(['m4', 'm5', 'm6', 'm7']);
    expect(idsUpTo(4).map((job) => outcomeOf.get(job))).toEqual([
      'rejected',
      'delivered',
      'delivered',
      'delivered',
    ]);
  });

  it('for any replies at all, each job is told of once or its message stays', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.nat({ max: 4 }), { minLength: 60, maxLength: 60 }),
        async (count, script) => {
          let at = 0;
          const { staying, results } = await begin(count, (call) => {
            const replies: readonly Reply[] = [
              replied(400, refusal('DLI.0001')),
              replied(400, [refusal('DLI.0001')]),
              agree(call),
              { kind: 'silent', reason: 'timeout' },
              replied(
                200,
                call.jobs.map((_, i) => (i % 2 ? refusal('DLI.0002') : {})),
              ),
            ];
            return replies[script[at++] ?? 2] ?? agree(call);
          });
          const told = results.map(({ job_id }) => `m${job_id}`);
          expect([...told, ...staying].toSorted()).toEqual(
            idsUpTo(count)
              .map((job) => `m${job}`)
              .toSorted(),
          );
        },
      ),
    );
  });
});
