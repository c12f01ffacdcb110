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
import {
  begin,
  bound,
  expectOnlyBadRejected,
  idsUpTo,
  refusing,
} from '../support/isolation-room.ts';
import { NOW } from '../support/messages.ts';
import { replied } from '../support/replies.ts';

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
    const reply = (call: SeenCall): Reply =>
      call.jobs.length < 8 && call.jobs.includes('7')
        ? { kind: 'silent', reason: 'timeout' }
        : bad(call);
    const { staying, outcomeOf } = await begin(8, reply, 'dli.run', 1);
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
