import { readFileSync } from 'node:fs';
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { StackParts } from '../front/stack-parts.ts';
import type { PausableMapping } from '../mapping/pausable-mapping.ts';
import type { Queues } from '../queue/queues.ts';
import { DEFAULT_TOKEN, type Settings } from '../settings.ts';
import type { Wires } from '../wires.ts';
import { type Console, makeConsole } from './console.ts';
import type { MaxJobsPerCall } from './count-fewest.ts';
import type { JobFactsReader } from './job-facts.ts';
import { type ConsoleRecord, makeRecord } from './record.ts';
import type { QueueDepth } from './stream.ts';

/** The default of `MAX_JOBS_PER_CALL`. */
const DEFAULT_LIMIT = '100';

const limitsOf =
  ({ forFunctions }: Settings): MaxJobsPerCall =>
  ({ name }) => {
    const own = forFunctions[`MAX_JOBS_PER_CALL_${name.toUpperCase().replace('.', '_')}`];
    return Number(own ?? forFunctions.MAX_JOBS_PER_CALL ?? DEFAULT_LIMIT);
  };

/** The record of what happens in a stack, for its console. */
export const recordFor = (settings: Settings): ConsoleRecord =>
  makeRecord({ now: Date.now, maxJobsPerCall: limitsOf(settings) });

const COUNTS = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

const makeReadQueue = (sqs: SQSClient, queueUrl: string) => async (): Promise<QueueDepth> => {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...COUNTS] }),
  );
  const [visible = 0, hidden = 0, delayed = 0] = COUNTS.map((name) =>
    Number(Attributes[name] ?? 0),
  );
  return { visible, hidden, delayed };
};

/** The ledger is opened at the first question, and its client is imported then: the start does not wait for it. */
const lazyFacts = (settings: Settings, parts: StackParts): (() => Promise<JobFactsReader>) => {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = settings;
  const credentials = {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
  };
  let reader: Promise<JobFactsReader> | undefined;
  return () => {
    reader ??= import('./job-facts.ts').then(({ makeJobFacts }) =>
      makeJobFacts(parts, credentials, Date.now),
    );
    return reader;
  };
};

const version = (): string =>
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;

/** What the page is told of the stack. Only the public token is handed out: another one has to be typed in. */
const aboutOf = ({ CALLERS_FILE, DEV_TOKEN, BATCH_WINDOW_SECONDS, BATCH_SIZE }: Settings) => ({
  version: version(),
  batch_window_seconds: BATCH_WINDOW_SECONDS,
  batch_size: BATCH_SIZE,
  ...(CALLERS_FILE === undefined && DEV_TOKEN === DEFAULT_TOKEN && { token: DEFAULT_TOKEN }),
});

export interface AroundConsole {
  readonly record: ConsoleRecord;
  readonly wires: Pick<Wires, 'embeddedBus' | 'simulator' | 'queue' | 'bus'>;
  readonly parts: StackParts;
  readonly mapping: Pick<PausableMapping, 'gathering'>;
  readonly sqs: SQSClient;
  readonly queues: Queues;
}

/** The console of a stack. It hears of results from the embedded bus. */
export const openConsole = (settings: Settings, around: AroundConsole): Console => {
  const { record, wires, parts, mapping, sqs, queues } = around;
  wires.embeddedBus?.onEvent(record.event);
  return makeConsole({
    record,
    bus: wires.embeddedBus,
    upstream: wires.simulator,
    facts: lazyFacts(settings, parts),
    maxJobsPerCall: limitsOf(settings),
    about: aboutOf(settings),
    now: Date.now,
    gathering: mapping.gathering,
    readQueue: makeReadQueue(sqs, queues.intents),
    samples: { settings, wires, queues },
  });
};
