import { expect, test } from 'vitest';
import { QUICK, wish } from '../support/ledger-stacks.ts';
import { beginStack } from '../support/stack.ts';
import { INTENTS_PATH } from '../support/vendor.ts';

test('a request that waits is answered when the stack stops, and its intent stays queued', async () => {
  const stack = await beginStack({ ...QUICK, STOP_SECONDS: '8' });
  stack.upstream.behave({ 'dli.stop': { down: 'hang' } });
  const waiting = stack.post(`${INTENTS_PATH}?wait=25`, wish('stopping'));
  // The queue has it, and the front waits.
  await expect.poll(async () => (await stack.depths()).intents, { timeout: 100_000 }).toBe(1);
  const began = Date.now();
  const stopped = stack.stop();
  const { status, headers } = await waiting;
  expect(status).toBe(202);
  expect(headers).not.toHaveProperty('preference-applied');
  expect(Date.now() - began).toBeLessThan(8_000);
  await stopped;
});

test('many that wait keep no other request out', async () => {
  const stack = await beginStack(QUICK);
  stack.upstream.behave({ 'dli.stop': { latencyMs: 500 } });
  const waiting = Array.from({ length: 60 }, (_, i) =>
    stack.post(`${INTENTS_PATH}?wait=20`, wish('many', { jobs: [String(i)] })),
  );
  await expect
    .poll(async () => (await stack.depths()).intents, { timeout: 100_000 })
    .toBeGreaterThan(0);
  const began = Date.now();
  expect((await stack.post(INTENTS_PATH, wish('other'))).status).toBe(202);
  expect(Date.now() - began).toBeLessThan(2_000);
  const answers = await Promise.all(waiting);
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  await stack.stop();
});
