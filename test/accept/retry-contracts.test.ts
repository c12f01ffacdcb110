import { describe, expect, it } from 'vitest';
import { blankProblem, problemOf } from '../../shared/accept/problem.ts';
import { PHRASES, PROBLEM_TYPES } from '../../shared/accept/problem-types.ts';
import { tellProblem } from '../../shared/accept/routes.ts';
import { LEDGER_BOUNDS, REQUEST_BOUNDS } from '../../shared/edge/aws.ts';
import { alertsOf } from '../support/hook-payloads.ts';
import { beginHooks } from '../support/hook-room.ts';
import { idAt, PROJECT } from '../support/messages.ts';

const HOOK = '/v1/hooks/any';

/** What a hook answers to each problem that there is. */
const statuses = [
  ...Object.keys(PROBLEM_TYPES).map((type) => problemOf(type as keyof typeof PROBLEM_TYPES, 'd')),
  ...[404, 405].map((status) => blankProblem(status as keyof typeof PHRASES, 'd')),
].map((problem) => tellProblem(problem, HOOK, idAt(1)).status);

describe('each sender’s retry contract, row by row of docs/webhooks.md', () => {
  it('Alertmanager repeats 5xx alone: a throttled hook answers 503 with Retry-After, never 429', () => {
    const problem = problemOf('quota-exceeded', 'Wait.', { retryAfterSeconds: 7 });
    const told = tellProblem(problem, HOOK, idAt(1));
    expect(told).toMatchObject({
      status: 503,
      headers: { 'retry-after': '7' },
      body: { type: 'urn:job-fanin:problem:quota-exceeded', status: 503 },
    });
    expect(tellProblem(problem, '/v1/intents', idAt(1)).status).toBe(429);
    expect(statuses).not.toContain(429);
    expect(statuses).not.toContain(409);
  });

  it('Grafana repeats at its next turn all but 2xx: by the key that is the same intents', async () => {
    const { post, sent } = beginHooks({ takes: (message) => message > 0 });
    const payload = alertsOf(['firing', '131']);
    expect((await post('alertmanager', payload)).status).toBe(503);
    for (let turn = 0; turn < 2; turn++)
      expect((await post('alertmanager', payload)).status).toBe(202);
    expect(sent).toHaveLength(1);
  });

  it('Standard Webhooks senders switch off on 410: it is never answered', () => {
    expect(statuses).not.toContain(410);
    expect([...Object.keys(PHRASES)]).not.toContain('410');
  });

  it('Standard Webhooks senders repeat all but 2xx for days: a repeat is one set of intents', async () => {
    const { post, sent } = beginHooks();
    const data = { operation: 'dli.stop', project_id: PROJECT, jobs: ['1'] };
    for (let i = 0; i < 5; i++) expect((await post('shop', { data })).status).toBe(202);
    expect(sent).toHaveLength(1);
  });

  it('GitHub waits 10 seconds: a hook waits for no verdict, and no longer for queue and ledger', async () => {
    const { post } = beginHooks();
    const prefer = { prefer: 'wait=20', 'content-type': 'application/json' };
    const answer = await post('alertmanager', alertsOf(['firing', '131']), prefer);
    expect(answer.status).toBe(202);
    expect(answer.headers).not.toHaveProperty('preference-applied');
    const longest = ({ maxAttempts, requestHandler }: typeof REQUEST_BOUNDS) =>
      maxAttempts * requestHandler.requestTimeout;
    // The memory is read, begun and ended.
    expect(3 * longest(LEDGER_BOUNDS) + longest(REQUEST_BOUNDS)).toBeLessThan(10_000);
  });

  it('EventBridge waits 5 seconds: a queue that hangs is given up before', () => {
    const { maxAttempts, requestHandler } = REQUEST_BOUNDS;
    expect(maxAttempts * requestHandler.requestTimeout).toBeLessThan(5_000);
  });

  it('EventBridge repeats 401, 407, 409, 429 and 5xx: what cannot become right has another status', async () => {
    const isRepeated = (status = 0) => [401, 407, 409, 429].includes(status) || status >= 500;
    const { post } = beginHooks();
    const refused = [
      await post('alertmanager', '{'),
      await post('alertmanager', {}),
      await post('alertmanager', alertsOf(['firing', 'x'])),
      await post('alertmanager', alertsOf(['firing', '1']), { 'content-type': 'text/plain' }),
    ];
    expect(refused.map(({ status }) => status)).toEqual([400, 422, 422, 415]);
    expect(refused.filter(({ status }) => isRepeated(status))).toEqual([]);
    const passing = [...new Set(statuses)].filter((status) => status >= 500);
    expect(passing.every(isRepeated)).toBe(true);
  });
});
