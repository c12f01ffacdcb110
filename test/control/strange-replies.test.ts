import { describe, expect, it } from 'vitest';
import type { Result } from '../../shared/intent/result.ts';
import type { UpstreamRequest } from '../../shared/operations/operation.ts';
import type { Reply } from '../../shared/reply/reply.ts';
import { type ControlRoomOptions, message, startControlRoom } from '../support/control-room.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { NOW, PROJECT, type Wish } from '../support/messages.ts';
import { replied } from '../support/replies.ts';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const AT = Date.parse(NOW);

const typed = (contentType: string, status: number, body: unknown): Reply =>
  replied(status, body, { contentType });

const NGINX = typed('text/html', 404, '<html><h1>404 Not Found</h1><hr>nginx</html>');
const FORBIDDEN = typed('application/json', 403, {
  error: { code: 403, message: 'Action Forbidden', title: 'Forbidden' },
});
const NO_ROUTE = typed('application/json', 404, {
  error_code: 'APIGW.0101',
  error_msg: 'The API does not exist or has not been published in the environment.',
  request_id: 'r-1',
});

const isStop = ({ path }: UpstreamRequest): boolean => path.endsWith('/stop');
const isLook = ({ method }: UpstreamRequest): boolean => method === 'GET';

const wordsOf = ({ job_id, outcome, error }: Result): string =>
  [job_id, outcome, error?.code, error?.message].filter(Boolean).join(' | ');

/** Messages that come back as the queue gives them again, each when its pause is over, for so long. */
const play = async (
  wishes: Readonly<Record<string, Wish>>,
  lastsMs: number,
  options: ControlRoomOptions,
) => {
  const world = { at: AT };
  const room = startControlRoom({ ledger: memoryLedger(), ...options, now: () => world.at });
  const due = new Map(Object.keys(wishes).map((id) => [id, AT]));
  let receives = 0;
  while (due.size > 0 && world.at <= AT + lastsMs) {
    world.at = Math.max(world.at, Math.min(...due.values()));
    const batch = [...due].filter(([, at]) => at <= world.at).map(([id]) => id);
    receives++;
    const staying = await room.run(batch.map((id) => message(id, wishes[id] ?? {}, 1)));
    for (const id of batch) due.delete(id);
    for (const id of staying) due.set(id, world.at + SECOND * (room.postponed.get(id) ?? 1));
  }
  return { ...room, receives, told: room.results.map(wordsOf).toSorted() };
};

const openings = (lines: Awaited<ReturnType<typeof play>>['lines']) =>
  lines.filter(({ event }) => event === 'circuit breaker open').map(({ fields }) => fields);

const expires_at = new Date(AT + 6 * HOUR).toISOString();

/** Thirty messages of three jobs each, of every operation: the runs, the stops and the starts have jobs of their own. */
const wishes = Object.fromEntries(
  Array.from({ length: 30 }, (_, i): [string, Wish] => {
    const operation = (['dli.run', 'dli.stop', 'drs.start'] as const)[i % 3] ?? 'dli.run';
    const jobs = [3 * i, 3 * i + 1, 3 * i + 2].map(String);
    return [`m${i}`, { age: i + 1, operation, jobs, expires_at }];
  }),
);

describe.each<[string, Reply, string, string, number]>([
  [
    'a wrong endpoint',
    NGINX,
    '404 text/html: not a reply of the service: <html><h1>404 Not Found</h1><hr>nginx</html>',
    'unreadable',
    3,
  ],
  [
    'a right that is missing',
    FORBIDDEN,
    '403 application/json: not a reply of the service: {"error":{"code":403,"message":"Action Forbidden","title":"Forbidden"}}',
    'auth',
    // One of the jobs could be the reason: a call of several is taken apart, as far as that tells.
    7,
  ],
  [
    'a redirect',
    replied(302, ''),
    '302: not a reply of the service: an empty body',
    'unreadable',
    3,
  ],
  ['a proxy', replied(407, '<html>'), '407: not a reply of the service: <html>', 'unreadable', 3],
])('%s answers every request for six hours', (_, reply, reason, why, perOpening) => {
  // Played by the first test that asks, since a tool that changes code wants to know which test runs what.
  let playing: ReturnType<typeof play> | undefined;
  const played = () => {
    playing ??= play(wishes, 7 * HOUR, { between: () => reply });
    return playing;
  };

  it('few requests are sent, and nothing is looked at: nothing was done', async () => {
    const { calls, looks } = await played();
    expect(looks).toEqual([]);
    // One at a time each time that the breaker is half-open, every five minutes in the end, for each of the three routes.
    expect(calls.length).toBeLessThan(perOpening * (6 * 12 + 15));
    expect(calls.length).toBeGreaterThan(10);
  });

  it('every invocation that sent one fails, and says what came back', async () => {
    const { failures, calls } = await played();
    expect(failures.length).toBeGreaterThan(calls.length / perOpening - 1);
    for (const failure of failures) expect(failure).toContain(reason);
  });

  it('the log says so, and what to check', async () => {
    const opened = openings((await played()).lines);
    expect(opened.length).toBeGreaterThan(3);
    for (const line of opened)
      expect(line).toMatchObject({ why, reason, advice: expect.stringMatching(/^check /) });
  });

  it('every job has its verdict at its deadline, with the reason', async () => {
    const { told } = await played();
    expect(told).toHaveLength(90);
    for (const words of told) expect(words).toMatch(/^\d+ \| expired/);
    const reasons = new Set(told.map((words) => words.slice(words.indexOf('expired'))));
    expect([...reasons]).toEqual([`expired | unanswered | ${reason}`]);
  });
});

describe('a page with a status of success may come after the deed', () => {
  const page = typed('text/html', 200, '<html>Maintenance</html>');

  it('so a look decides, where looks are answered', async () => {
    const { told, calls } = await play({ m: { jobs: ['1'] } }, HOUR, {
      between: (request) => (isLook(request) ? undefined : page),
      statusOf: () => 'job_running',
    });
    expect([calls.length, told]).toEqual([1, ['1 | delivered']]);
  });

  it('where they are not, the breaker opens after few requests, and nothing is sent again', async () => {
    const { calls, looks, lines, failures } = await play(
      { m: { jobs: Array.from({ length: 50 }, (_, i) => String(i)), expires_at } },
      HOUR,
      { between: () => page, callConcurrency: 1 },
    );
    expect(calls).toHaveLength(1);
    expect(looks.length).toBeLessThanOrEqual(3 * failures.length);
    expect([failures.length > 5, failures.length < 25]).toEqual([true, true]);
    expect(openings(lines)[0]).toMatchObject({ breaker: `cool/dli/${PROJECT}`, why: 'unreadable' });
  });

  it('one strange reply beside good ones closes nothing', async () => {
    const { lines, told } = await play({ m: { jobs: ['1', '2', '3'] } }, HOUR, {
      maxJobsPerCall: 1,
      callConcurrency: 1,
      statusOf: () => 'job_running',
      between: (request) => (request.body?.includes('[3]') ? page : undefined),
    });
    expect(told).toEqual(['1 | delivered', '2 | delivered', '3 | delivered']);
    expect(openings(lines)).toEqual([]);
  });
});

describe('a 404 of one route closes that route', () => {
  const both: Record<string, Wish> = {
    stop: { age: 1, operation: 'dli.stop', jobs: ['1'], expires_at },
    run: { age: 2, operation: 'dli.run', jobs: ['2'], expires_at },
  };
  const noStop = {
    between: (request: UpstreamRequest) => (isStop(request) ? NO_ROUTE : undefined),
  };
  const reason =
    '404: APIGW.0101: The API does not exist or has not been published in the environment.';

  it('other operations of the project go on at once, also while its breaker is open', async () => {
    const ledger = memoryLedger();
    const first = startControlRoom({ ledger, ...noStop });
    expect(await first.run([message('stop', both.stop ?? {})])).toEqual(['stop']);
    expect(first.failures).toEqual([
      `The upstream refused every request of this batch; its messages come back. The last refusal: ${reason}`,
    ]);
    const next = startControlRoom({ ledger, ...noStop });
    expect(
      await next.run([message('stop', both.stop ?? {}, 2), message('run', both.run ?? {})]),
    ).toEqual(['stop']);
    expect(next.calls.map(({ path }) => path)).toEqual([`/v1.0/${PROJECT}/streaming/jobs/run`]);
    expect([...ledger.entries.keys()].filter((key) => key.startsWith('cool/'))).toEqual([
      `cool/dli/${PROJECT}/dli.stop`,
    ]);
  });

  it('its jobs come back until their deadline; the log and the result say why', async () => {
    const { told, calls, lines } = await play(both, 7 * HOUR, noStop);
    expect(told).toEqual([`1 | expired | unanswered | ${reason}`, '2 | delivered']);
    expect(calls.length).toBeLessThan(6 * 12 + 15);
    expect(openings(lines)[0]).toEqual({
      breaker: `cool/dli/${PROJECT}/dli.stop`,
      why: 'no-route',
      seconds: 5,
      reason,
      advice: expect.stringContaining('offers the route'),
    });
  });

  it.each<[string, Reply]>([
    ['in the gateway’s words', NO_ROUTE],
    ['in a page', NGINX],
  ])('of looks alone, %s: calls go on', async (_, reply) => {
    const { calls, failures, results } = await play(
      { a: { age: 1, jobs: ['1'] }, b: { age: 2, jobs: ['2'] } },
      HOUR,
      {
        between: (request) => (isLook(request) ? reply : undefined),
        reply: ({ jobs }) =>
          jobs.includes('1')
            ? replied(400, [{ error_code: 'DLI.0007', error_msg: 'words' }])
            : replied(200, [{ is_success: 'true' }]),
        maxJobsPerCall: 1,
      },
    );
    expect(results.map(({ job_id }) => job_id)).toContain('2');
    expect(failures).toEqual([]);
    expect(calls.length).toBeGreaterThan(1);
  });

  it('a run that cannot see its stop done expires, and says what became of the looks', async () => {
    const { told } = await play(
      {
        stop: { age: 1, operation: 'dli.stop', jobs: ['1'] },
        run: { age: 2, operation: 'dli.run', jobs: ['1'], expires_at },
      },
      7 * HOUR,
      { between: (request) => (isLook(request) ? NO_ROUTE : undefined) },
    );
    expect(told).toEqual(['1 | delivered', `1 | expired | unanswered | ${reason}`]);
  });

  it('a look that leads nowhere leaves a refusal as it is', async () => {
    const jobs = ['1', '2', '3', '4', '5'];
    const { told, looks } = await play({ a: { jobs } }, HOUR, {
      between: (request) => (isLook(request) ? NO_ROUTE : undefined),
      reply: (call) =>
        replied(
          400,
          call.jobs.map(() => ({ error_code: 'DLI.0007', error_msg: 'words' })),
        ),
      callConcurrency: 1,
    });
    expect(told).toEqual(jobs.map((job) => `${job} | rejected | DLI.0007 | words`));
    expect(looks).toHaveLength(1);
  });
});
