import { afterAll, beforeAll, expect, test } from 'vitest';
import { beginStack, JSON_TYPE, sendUnproved, type TestStack } from '../support/stack.ts';
import { runPath } from '../support/vendor.ts';

let stack: TestStack;
beforeAll(async () => {
  stack = await beginStack();
});
afterAll(() => stack.stop());

test('many tokens that IAM does not know: the status says that this is not our failure', async () => {
  const statuses: number[] = [];
  const send = (i: number) =>
    sendUnproved(stack.url + runPath('p'), '{"job_ids":[1]}', {
      ...JSON_TYPE,
      'X-Auth-Token': `MII${'x'.repeat(200)}${i}`,
    });
  for (let i = 0; i < 20; i++) statuses.push((await send(i)).status);
  expect(statuses).toEqual(Array(20).fill(401));
  const answer = await send(20);
  expect([answer.status, JSON.parse(answer.text).error_code]).toEqual([429, 'APIGW.0308']);
  expect(answer.headers['retry-after']).toBe('1');
});
