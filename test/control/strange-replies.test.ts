import { describe, expect, it } from 'vitest';
import type { Reply } from '../../shared/reply/reply.ts';
import {
  expires_at,
  HOUR,
  isLook,
  NGINX,
  openings,
  play,
  typed,
} from '../support/hours-of-replies.ts';
import { PROJECT, type Wish } from '../support/messages.ts';
import { replied } from '../support/replies.ts';

const FORBIDDEN = typed('application/json', 403, {
  error: { code: 403, message: 'Action Forbidden', title: 'Forbidden' },
});

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
    const opened = { breaker: `cool/dli/${PROJECT}`, why: 'unreadable' };
    expect(openings(lines)).toContainEqual(expect.objectContaining(opened));
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
