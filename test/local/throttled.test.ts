import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { beginStack, type TestStack } from '../support/stack.ts';
import { runPath } from '../support/vendor.ts';

const BODY = '{"job_ids":[1]}';

/** Each message is a batch of its own. */
const AT_ONCE = { BATCH_SIZE: '10', BATCH_WINDOW_SECONDS: '0' };

let stack: TestStack;
afterAll(() => stack.stop());

describe('the front throttles as API Gateway does, and the function each caller', () => {
  beforeAll(async () => {
    stack = await beginStack({
      ...AT_ONCE,
      THROTTLE_RATE: '1',
      THROTTLE_BURST: '20',
      CALLER_RATE: '1',
      CALLER_BURST: '3',
    });
  });

  test('a burst is taken, then the caller is told to wait, then all are', async () => {
    const answers = await Promise.all(
      Array.from({ length: 60 }, () => stack.post(runPath('busy'), BODY)),
    );
    const taken = answers.filter(({ status }) => status === 200);
    expect(taken.length).toBeGreaterThanOrEqual(3);
    expect(answers.every(({ status }) => status === 200 || status === 429)).toBe(true);
    const texts = answers
      .filter(({ status }) => status === 429)
      .map(({ text }) => JSON.parse(text));
    expect(texts).toContainEqual(expect.objectContaining({ error_code: 'APIGW.0308' }));
    const ofStack = expect.stringMatching(/^The stack takes no more requests now/);
    expect(texts).toContainEqual({ error_code: 'APIGW.0308', error_msg: ofStack });
    for (const { headers } of answers.filter(({ status }) => status === 429))
      expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1);
  });

  test('a hook is told to come again by a 503: Alertmanager drops what gets a 429', async () => {
    const answers = await Promise.all(
      Array.from({ length: 60 }, () => stack.post('/v1/hooks/dev-github', '{}')),
    );
    const statuses = new Set(answers.map(({ status }) => status));
    expect(statuses).toContain(503);
    expect(statuses).not.toContain(429);
  });

  test('looks into the stack are not throttled', async () => {
    for (let i = 0; i < 5; i++)
      expect((await stack.request({ method: 'GET', path: '/healthz' }, '')).status).toBe(200);
  });

  test('what was taken is carried out', async () => {
    await stack.idle();
    expect(stack.results().length).toBeGreaterThanOrEqual(1);
  });
});
