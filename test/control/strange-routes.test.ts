import { describe, expect, it } from 'vitest';
import type { UpstreamRequest } from '../../shared/operations/operation.ts';
import type { Reply } from '../../shared/reply/reply.ts';
import { message, startControlRoom } from '../support/control-room.ts';
import {
  expires_at,
  HOUR,
  isLook,
  NGINX,
  openings,
  play,
  typed,
} from '../support/hours-of-replies.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { PROJECT, type Wish } from '../support/messages.ts';
import { replied } from '../support/replies.ts';

const NO_ROUTE = typed('application/json', 404, {
  error_code: 'APIGW.0101',
  error_msg: 'The API does not exist or has not been published in the environment.',
  request_id: 'r-1',
});

const isStop = ({ path }: UpstreamRequest): boolean => path.endsWith('/stop');

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
