import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { proofOf } from '../../local/demo/hook-proof.ts';
import { readSamples } from '../../local/demo/samples.ts';
import { DEFAULT_TOKEN } from '../../local/settings.ts';
import { beginStack, sendUnproved, type TestStack } from '../support/stack.ts';

let stack: TestStack;
beforeAll(async () => {
  stack = await beginStack({ BATCH_SIZE: '10', BATCH_WINDOW_SECONDS: '0' });
});
afterAll(() => stack.stop());

/** The samples of webhooks, by the caller that they are for. */
const deliveries = readSamples().flatMap((sample) => {
  if (sample.way !== 'http' || !sample.event.rawPath.startsWith('/v1/hooks/')) return [];
  const { rawPath: path, headers, body } = sample.event;
  return [{ caller: path.split('/').at(-1) ?? '', path, headers, body }];
});

type Delivery = (typeof deliveries)[number];

/** Sends a delivery with its proof, which may be to another hook, or of another body. */
const deliver = ({ path, headers, body }: Delivery, { to = path, sent = body } = {}) => {
  const { host: _, ...own } = headers;
  return sendUnproved(stack.url + to, sent, {
    ...own,
    ...proofOf(path, body, headers, DEFAULT_TOKEN),
  });
};

const resultsOf = (caller: string) => stack.results().filter((result) => result.caller === caller);

describe.each(deliveries)('$caller', (delivery) => {
  const { caller } = delivery;

  test('a delivery is carried out, and each repeat is the same intents', async () => {
    const first = await deliver(delivery);
    expect(first.status).toBe(202);
    const { intents } = JSON.parse(first.text);
    for (let i = 0; i < 2; i++)
      expect(await deliver(delivery)).toMatchObject({ status: 202, text: first.text });
    await stack.idle();
    const results = resultsOf(caller);
    const count = intents.reduce(
      (sum: number, { job_count }: { job_count: number }) => sum + job_count,
      0,
    );
    expect(results).toHaveLength(count);
    expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['delivered']));
    expect(new Set(results.map(({ intent_id }) => intent_id))).toEqual(
      new Set(intents.map(({ intent_id }: { intent_id: string }) => intent_id)),
    );
  });

  test('another hook does not take its proof, nor without one', async () => {
    const others = deliveries.filter((other) => other.caller !== caller);
    for (const { path: to } of others) expect((await deliver(delivery, { to })).status).toBe(401);
    const bare = { 'content-type': 'application/json' };
    const { status } = await sendUnproved(stack.url + delivery.path, delivery.body, bare);
    expect(status).toBe(401);
  });
});

test('ids stay exact (P9)', () => {
  expect(resultsOf('dev-github').map(({ job_id }) => job_id)).toContain('9223372036854775000');
});

test('a body that was changed after signing is refused', async () => {
  for (const delivery of deliveries.filter(({ caller }) => caller !== 'dev-alertmanager'))
    expect((await deliver(delivery, { sent: `${delivery.body} ` })).status).toBe(401);
});
