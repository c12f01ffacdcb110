import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import pLimit from 'p-limit';
import { Agent, request } from 'undici';
import { readStackSettings } from '../local/settings.ts';
import { startStack } from '../local/stack.ts';
import type { Upstream } from '../local/upstream/simulator.ts';
import { clientOptions } from '../local/wires.ts';

const PROJECT = '054ba152d480d55b2f5dc0069e7ddef0';
const REQUESTS_AT_ONCE = 16;

/** A whole embedded stack of its own, and jobs that are sent through it to its own upstream, or to another. */
export const openFlow = async (
  environment: Readonly<Record<string, string>> = {},
  another?: Upstream,
) => {
  const settings = readStackSettings({
    PORT: '0',
    LOG_LEVEL: 'warn',
    ...environment,
    ...(another && { DLI_ENDPOINT: another.url, DRS_ENDPOINT: another.url }),
  });
  const stack = await startStack(settings);
  const { bus, upstream = another } = stack;
  if (bus === undefined || upstream === undefined) throw new Error('the bench needs its own stack');
  const dispatcher = new Agent({ connections: REQUESTS_AT_ONCE });
  const slots = pLimit(REQUESTS_AT_ONCE);
  const outcomes = new Map<string, number>();
  let results = 0;
  let awaited = 0;
  let mostDone = Promise.withResolvers<void>();
  let allDone = Promise.withResolvers<void>();
  bus.onEvent(({ detail }) => {
    const { outcome } = detail;
    outcomes.set(String(outcome), (outcomes.get(String(outcome)) ?? 0) + 1);
    results += 1;
    if (results >= 0.9 * awaited) mostDone.resolve();
    if (results === awaited) allDone.resolve();
  });

  let next = 1_000_000;
  const post = async (first: number, count: number): Promise<void> => {
    const ids = Array.from({ length: count }, (_, i) => first + i);
    const response = await request(`${stack.url}/v1.0/${PROJECT}/streaming/jobs/run`, {
      dispatcher,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"job_ids":[${ids.join(',')}],"resume_savepoint":true}`,
    });
    await response.body.dump();
    if (response.statusCode !== 200) throw new Error(`the front answered ${response.statusCode}`);
  };

  return {
    stack,
    upstream,
    outcomes: outcomes as ReadonlyMap<string, number>,
    /** Posts distinct jobs; resolves when all are accepted. */
    accept: async (jobs: number, perRequest: number): Promise<void> => {
      if (awaited === results) {
        mostDone = Promise.withResolvers<void>();
        allDone = Promise.withResolvers<void>();
      }
      awaited += jobs;
      const firsts = Array.from({ length: jobs / perRequest }, (_, i) => next + i * perRequest);
      next += jobs;
      await Promise.all(firsts.map((first) => slots(post, first, perRequest)));
    },
    /** Resolves when there are results for nine jobs of ten. */
    mostSettled: (): Promise<void> => mostDone.promise,
    /** Resolves when there is a result for every job. */
    settled: (): Promise<void> => allDone.promise,
    /** Messages that have gone to the dead-letter queue. */
    deadLetters: async (): Promise<number> => {
      const sqs = new SQSClient(clientOptions(settings, stack.wires.queue));
      const { Attributes } = await sqs.send(
        new GetQueueAttributesCommand({
          QueueUrl: stack.queues.deadLetters,
          AttributeNames: ['ApproximateNumberOfMessages'],
        }),
      );
      sqs.destroy();
      return Number(Attributes?.ApproximateNumberOfMessages);
    },
    stop: async (): Promise<void> => {
      await dispatcher.close();
      await stack.stop();
      await another?.stop();
    },
  };
};
