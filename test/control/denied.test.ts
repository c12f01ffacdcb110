import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Reply } from '../../shared/reply/reply.ts';
import {
  type ControlRoomOptions,
  message,
  outcomes,
  refusal,
  type SeenCall,
  startControlRoom,
  YES,
} from '../support/control-room.ts';
import { bound, idsUpTo, placeOfOne, refusingBy } from '../support/isolation-room.ts';
import { NOW } from '../support/messages.ts';
import { replied } from '../support/replies.ts';

const HTML = '<html><body>Forbidden</body></html>';

/** Asks for `count` jobs, one message each, in one call; of each job what became of it. */
const begin = async (
  count: number,
  reply: (call: SeenCall) => Reply,
  operation: 'dli.run' | 'drs.start' = 'dli.run',
  options: ControlRoomOptions = {},
) => {
  const room = startControlRoom({ reply, maxJobsPerCall: 128, ...options });
  const staying = await room.run(
    idsUpTo(count).map((job, i) => message(`m${job}`, { age: i, operation, jobs: [job] })),
  );
  const told = new Map(
    room.results.map(({ job_id, ...result }): [string, typeof result] => [job_id, result]),
  );
  const outcomes = idsUpTo(count).map((job) => told.get(job)?.outcome);
  return { ...room, staying, outcomes, told };
};

const DENIALS: readonly (readonly [string, 'dli.run' | 'drs.start', Reply])[] = [
  ['DLI.0015', 'dli.run', replied(400, refusal('DLI.0015'))],
  ['DLI.0016', 'dli.run', replied(403, [refusal('DLI.0016')])],
  ['DRS.M00100', 'drs.start', replied(403, refusal('DRS.M00100'))],
  ['DRS.M00102', 'drs.start', replied(400, refusal('DRS.M00102'))],
  ['DRS.M00261', 'drs.start', replied(403, refusal('DRS.M00261'))],
  ['a code of the gateway at 403', 'dli.run', replied(403, refusal('APIGW.0302'))],
  ['a code that is not known at 403', 'drs.start', replied(403, refusal('NEW.1'))],
];

const TOO_LARGE: readonly (readonly [string, 'dli.run' | 'drs.start', Reply])[] = [
  ['413 with a page', 'dli.run', replied(413, HTML)],
  ['413 without a body', 'drs.start', replied(413, '')],
  ['413 with a code of the gateway', 'dli.run', replied(413, refusal('APIGW.0201'))],
];

describe('one job that is denied hurts only itself (P7)', () => {
  it.each([...DENIALS, ...TOO_LARGE])('%s', async (_, operation, reply) => {
    await fc.assert(
      fc.asyncProperty(placeOfOne, async ([count, at]) => {
        const bad = new Set([String(at)]);
        const { calls, outcomes, staying } = await begin(count, refusingBy(bad, reply), operation);
        expect(outcomes).toEqual(
          idsUpTo(count).map((job) => (bad.has(job) ? 'rejected' : 'delivered')),
        );
        expect(staying).toEqual([]);
        expect(calls.length - 1).toBeLessThanOrEqual(bound(count));
      }),
      { numRuns: 40 },
    );
  });

  it('a page at 403 too: the job is rejected if it is denied, others are served, and it is denied again', async () => {
    await fc.assert(
      fc.asyncProperty(placeOfOne, async ([count, at]) => {
        const bad = new Set([String(at)]);
        const page = refusingBy(bad, replied(403, HTML));
        const { calls, outcomes, staying } = await begin(count, page, 'dli.run');
        // Where no other was served since, the page may be all jobs' own: the job comes back.
        const isTold = outcomes[at] === 'rejected';
        const expected = idsUpTo(count).map((job) => (bad.has(job) ? outcomes[at] : 'delivered'));
        expect(outcomes).toEqual(expected);
        expect(isTold).toBe(staying.length === 0);
        expect(calls.length - 1).toBeLessThanOrEqual(bound(count) + 1);
      }),
      { numRuns: 40 },
    );
  });

  it.each<[string, string, readonly string[], string | undefined]>([
    ['before another is served is asked about again', '0', ['0,1', '0', '1', '0'], 'rejected'],
    ['after the others were served comes back', '1', ['0,1', '0', '1'], undefined],
  ])('a job that a page denies %s', async (_, bad, asked, outcome) => {
    const page = refusingBy(new Set([bad]), replied(403, HTML));
    const { calls, outcomes } = await begin(2, page, 'dli.run');
    expect(calls.map(({ jobs }) => jobs.join())).toEqual(asked);
    expect(outcomes[Number(bad)]).toBe(outcome);
  });

  it('by the code and the words of the refusal, or its status where it has none', async () => {
    const errorOf = async (reply: Reply) =>
      (await begin(4, refusingBy(new Set(['2']), reply))).told.get('2')?.error;
    expect(await errorOf(replied(403, refusal('DLI.0015')))).toEqual({
      code: 'DLI.0015',
      message: 'words',
    });
    const unspecified = { code: 'unspecified', message: 'status 403' };
    expect(await errorOf(replied(413, ''))).toEqual({ ...unspecified, message: 'status 413' });
  });

  it.each([403, 413])(
    'no look is sent for what cannot have been served, and the breaker stays closed: %d',
    async (status) => {
      const page = replied(status, HTML);
      const { looks, lines } = await begin(64, refusingBy(new Set(['9', '40', '41', '42']), page));
      expect(looks).toEqual([]);
      expect(lines.filter(({ event }) => event === 'circuit breaker open')).toEqual([]);
    },
  );

  it.each([...DENIALS.slice(0, 1), ...TOO_LARGE.slice(0, 1)])(
    '%s: several of them, wherever they are',
    async (_, operation, reply) => {
      const some = fc
        .integer({ min: 3, max: 64 })
        .chain((count) =>
          fc.tuple(
            fc.constant(count),
            fc.subarray([...idsUpTo(count)], { minLength: 1, maxLength: Math.ceil(count / 3) }),
            fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
          ),
        );
      await fc.assert(
        fc.asyncProperty(some, async ([count, list]) => {
          // The first two of them do not show that others may be served.
          const bad = new Set(list.filter((job) => job !== '0'));
          const { outcomes } = await begin(count, refusingBy(bad, reply), operation);
          expect(outcomes).toEqual(
            idsUpTo(count).map((job) => (bad.has(job) ? 'rejected' : 'delivered')),
          );
        }),
        { numRuns: 40 },
      );
    },
  );

  it('so too where a list says it of some rows, beside others that were served', async () => {
    const { calls, outcomes } = await begin(4, ({ jobs }) =>
      replied(
        400,
        jobs.map((job) => (job === '1' ? refusal('DLI.0015') : YES)),
      ),
    );
    expect(outcomes).toEqual(['delivered', 'rejected', 'delivered', 'delivered']);
    expect(calls).toHaveLength(1);
  });
});

describe('if every job is denied, the credential is at fault', () => {
  const codes = DENIALS.filter(([name]) => /^(DLI|DRS)/.test(name));

  it.each(codes)(
    '%s: three further calls tell, all come back, and the breaker opens',
    async (_, operation, reply) => {
      for (const count of [2, 3, 10, 128]) {
        const { calls, outcomes, staying, lines, refusals } = await begin(
          count,
          () => reply,
          operation,
        );
        expect(calls.length).toBeLessThanOrEqual(4);
        expect(outcomes).toEqual(new Array(count).fill(undefined));
        expect(staying).toHaveLength(count);
        const closures = lines.filter(({ event }) => event === 'circuit breaker open');
        expect(closures).toMatchObject([{ fields: { why: 'auth' } }]);
        expect(refusals()).toBe(1);
      }
    },
  );

  it('one that is asked for alone comes back, and no other is asked in vain', async () => {
    const { calls, staying } = await begin(1, () => replied(403, refusal('DLI.0015')));
    expect([calls.length, staying]).toEqual([1, ['m0']]);
  });

  it('but it is rejected where others of its kind were served in the same invocation', async () => {
    const { results, run } = startControlRoom({
      reply: refusingBy(new Set(['7']), replied(400, refusal('DLI.0015'))),
      maxJobsPerCall: 3,
    });
    expect(await run([message('m', { jobs: ['1', '2', '3', '7'] })])).toEqual([]);
    expect(results.find(({ job_id }) => job_id === '7')?.outcome).toBe('rejected');
  });

  it('a credential that is refused itself, or a lock of IAM, is never taken apart', async () => {
    for (const [status, code] of [
      [403, 'APIGW.0301'],
      [403, 'DLI.0013'],
      [401, 'APIGW.0301'],
      [403, 'IAM.0061'],
      [403, 'APIGW.0308'],
    ] as const) {
      const { calls, staying } = await begin(8, () => replied(status, refusal(code)));
      expect([code, calls.length, staying.length]).toEqual([code, 1, 8]);
    }
  });
});

describe('what time does not allow comes back', () => {
  it('with nothing said of those that were not asked again, and goes on from there', async () => {
    let requests = 3;
    let at = Date.parse(NOW);
    const bad = new Set(['5']);
    const { run, results, calls } = startControlRoom({
      now: () => at,
      remainingMs: () => (requests > 0 ? 60_000 : 0),
      reply: (call) => {
        requests--;
        return refusingBy(bad, replied(403, refusal('DLI.0015')))(call);
      },
    });
    let left: readonly string[] = ['m'];
    for (let round = 0; left.length > 0 && round < 8; round++) {
      left = await run([message('m', { jobs: idsUpTo(64) })]);
      requests = 100;
      at += 300_000;
    }
    expect(results.filter(({ outcome }) => outcome === 'delivered')).toHaveLength(63);
    expect(results.filter(({ outcome }) => outcome === 'rejected')).toHaveLength(1);
    // Three calls, then both parts that are left in quarters, then one piece of 8 is taken apart.
    expect(calls.length).toBeLessThanOrEqual(3 + 4 + 4 + bound(8));
  });
});

describe('a job that is denied alone', () => {
  it.each([
    [
      'is rejected if another is served after it',
      replied(200, [YES]),
      ['1 rejected', '2 delivered'],
    ],
    ['comes back if another call is in vain', replied(500, ''), []],
  ])('%s', async (_, other, told) => {
    const room = startControlRoom({
      reply: ({ jobs }) => (jobs[0] === '1' ? replied(403, refusal('DLI.0015')) : other),
      maxJobsPerCall: 1,
      callConcurrency: 1,
    });
    await room.run([message('m', { jobs: ['1', '2'] })]);
    expect(room.calls.map(({ jobs }) => jobs)).toEqual([['1'], ['2']]);
    expect(outcomes(room.results)).toEqual(told);
  });
});
