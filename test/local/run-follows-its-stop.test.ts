import { GetQueueAttributesCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newIntentId } from '../../shared/edge/intent-id.ts';
import type { Intent, IntentId } from '../../shared/intent/intent.ts';
import { idAt, intentOf } from '../support/messages.ts';
import { beginStack, type TestStack, until } from '../support/stack.ts';
import { INTENTS_PATH, stopPath } from '../support/vendor.ts';

let stack: TestStack;

beforeAll(async () => {
  // Each message is a batch of its own.
  stack = await beginStack({
    BATCH_SIZE: '1',
    BATCH_WINDOW_SECONDS: '0',
    RESTART_DELAY_SECONDS: '1',
    SETTLE_SECONDS: '1',
  });
});
afterAll(() => stack.stop());

const runAfter = (project: string, after: string) =>
  stack.post(
    INTENTS_PATH,
    JSON.stringify({
      operation: 'dli.run',
      project_id: project,
      jobs: [131],
      options: { resume_savepoint: true },
      after,
    }),
  );

const effectsOn = (project: string) =>
  stack.upstream.effectsOf('dli', project, '131').map(({ effect }) => effect);
const outcomesOf = (intent: string) => stack.resultsOf(intent).map(({ outcome }) => outcome);

/** A message that was received lies on the queue, and cannot be seen. */
const untilReceived = () =>
  until(async () => {
    const name = 'ApproximateNumberOfMessagesNotVisible';
    const { Attributes } = await stack.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: stack.queues.intents, AttributeNames: [name] }),
    );
    expect(Attributes?.[name]).toBe('1');
  });

test('a run that the queue gives before the stop that it names: stopped first, then run, once each', async () => {
  const stopId: IntentId = newIntentId();
  const run = await runAfter('turned', stopId);
  expect(run.status).toBe(202);
  await untilReceived();
  expect(stack.upstream.calls).toEqual([]);
  const stop: Intent = {
    ...intentOf({
      operation: 'dli.stop',
      project_id: 'turned',
      options: { trigger_savepoint: true },
    }),
    intent_id: stopId,
  };
  await stack.sqs.send(
    new SendMessageCommand({
      QueueUrl: stack.queues.intents,
      MessageBody: JSON.stringify(stop),
    }),
  );
  await stack.idle();
  expect(effectsOn('turned')).toEqual(['stop', 'run']);
  expect(outcomesOf(stopId)).toEqual(['delivered']);
  expect(outcomesOf(run.intentId)).toEqual(['delivered']);
});

test('by what the answer to the stop says, a vendor’s client too names it', async () => {
  const stop = await stack.post(stopPath('named'), '{"job_ids":[131],"trigger_savepoint":true}');
  const run = await runAfter('named', stop.intentId);
  await stack.idle();
  expect(effectsOn('named')).toEqual(['stop', 'run']);
  expect([stop, run].map(({ intentId }) => outcomesOf(intentId))).toEqual([
    ['delivered'],
    ['delivered'],
  ]);
});

test('a stop that nobody can have accepted is a fault of the request', async () => {
  const answer = await runAfter('unknown', idAt(1));
  expect(answer.status).toBe(400);
  expect(JSON.parse(answer.text).errors).toEqual([
    {
      pointer: '#/after',
      detail: 'is of an intent more than 8 days ago, which has its outcome: leave it out',
    },
  ]);
});
