import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import pLimit from 'p-limit';
import { Agent, type Dispatcher, request } from 'undici';
import type { EventBus } from '../local/bus/event-bus.ts';
import { DEFAULT_TOKEN, readStackSettings, type Settings } from '../local/settings.ts';
import { type Stack, startStack } from '../local/stack.ts';
import type { ModuleOf } from '../local/start-functions.ts';
import type { Upstream } from '../local/upstream/simulator.ts';
import { clientOptions } from '../local/wires.ts';

const PROJECT = '054ba152d480d55b2f5dc0069e7ddef0';
const REQUESTS_AT_ONCE = 16;

/** Counts results by their outcome, and tells when nine tenths and when all of the awaited ones are there. */
const countResults = (bus: EventBus) => {
  const outcomes = new Map<string, number>();
  let [results, awaited] = [0, 0];
  let mostDone = Promise.withResolvers<void>();
  let allDone = Promise.withResolvers<void>();
  bus.onEvent(({ detail }) => {
    const outcome = String(detail.outcome);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    results += 1;
    if (results >= 0.9 * awaited) mostDone.resolve();
    if (results === awaited) allDone.resolve();
  });
  return {
    outcomes: outcomes as ReadonlyMap<string, number>,
    await: (jobs: number): void => {
      if (awaited === results) {
        mostDone = Promise.withResolvers<void>();
        allDone = Promise.withResolvers<void>();
      }
      awaited += jobs;
    },
    mostSettled: (): Promise<void> => mostDone.promise,
    settled: (): Promise<void> => allDone.promise,
  };
};

const postRun = async (
  dispatcher: Dispatcher,
  url: string,
  first: number,
  count: number,
): Promise<void> => {
  const ids = Array.from({ length: count }, (_, i) => first + i);
  const response = await request(`${url}/v1.0/${PROJECT}/streaming/jobs/run`, {
    dispatcher,
    method: 'POST',
    headers: { authorization: `Bearer ${DEFAULT_TOKEN}`, 'content-type': 'application/json' },
    body: `{"job_ids":[${ids.join(',')}],"resume_savepoint":true}`,
  });
  await response.body.dump();
  if (response.statusCode !== 200) throw new Error(`the front answered ${response.statusCode}`);
};

const countDeadLetters = async (settings: Settings, { wires, queues }: Stack): Promise<number> => {
  const sqs = new SQSClient(clientOptions(settings, wires.queue));
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: queues.deadLetters,
      AttributeNames: ['ApproximateNumberOfMessages'],
    }),
  );
  sqs.destroy();
  return Number(Attributes?.ApproximateNumberOfMessages);
};

/** An embedded stack of its own, and jobs that are sent through it to its own upstream, or to another. */
export const openFlow = async (
  environment: Readonly<Record<string, string>> = {},
  another?: Upstream,
  moduleOf?: ModuleOf,
) => {
  const elsewhere = another && { DLI_ENDPOINT: another.url, DRS_ENDPOINT: another.url };
  const base = { PORT: '0', LOG_LEVEL: 'warn' };
  const settings = readStackSettings({ ...base, ...environment, ...elsewhere });
  const stack = await startStack(settings, moduleOf);
  const { bus, upstream = another } = stack;
  if (bus === undefined || upstream === undefined) throw new Error('the bench needs its own stack');
  const dispatcher = new Agent({ connections: REQUESTS_AT_ONCE });
  const slots = pLimit(REQUESTS_AT_ONCE);
  const results = countResults(bus);
  let next = 1_000_000;
  return {
    stack,
    upstream,
    outcomes: results.outcomes,
    /** Posts distinct jobs; resolves when all are accepted. */
    accept: async (jobs: number, perRequest: number): Promise<void> => {
      results.await(jobs);
      const firsts = Array.from({ length: jobs / perRequest }, (_, i) => next + i * perRequest);
      next += jobs;
      const post = (first: number) => postRun(dispatcher, stack.url, first, perRequest);
      await Promise.all(firsts.map((first) => slots(post, first)));
    },
    /** Resolves when there are results for nine jobs of ten. */
    mostSettled: results.mostSettled,
    /** Resolves when there is a result for every job. */
    settled: results.settled,
    /** Messages that have gone to the dead-letter queue. */
    deadLetters: () => countDeadLetters(settings, stack),
    stop: async (): Promise<void> => {
      await dispatcher.close();
      await stack.stop();
      await another?.stop();
    },
  };
};
