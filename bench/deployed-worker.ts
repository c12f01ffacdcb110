import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { messagesOf } from './ledger.ts';
import { type Handle, openLoop } from './loop.ts';

/** One round of bench/deployed.ts, in a process of its own. It prints the CPU microseconds of a job. */

const [, , module = '', perIntent, jobs] = process.argv;
const [jobsPerIntent, count] = [Number(perIntent), Number(jobs)];
const MESSAGES_PER_BATCH = 1_000;

const recordOf = (body: string, i: number): SQSRecord => ({
  messageId: String(i),
  receiptHandle: String(i),
  body,
  attributes: {
    ApproximateReceiveCount: '1',
    SentTimestamp: String(Date.now()),
    SenderId: '',
    ApproximateFirstReceiveTimestamp: '',
  },
  messageAttributes: {},
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN: '',
  awsRegion: '',
});

const context: Context = {
  callbackWaitsForEmptyEventLoop: false,
  functionName: 'control-jobs',
  functionVersion: '1',
  invokedFunctionArn: '',
  memoryLimitInMB: '1024',
  awsRequestId: 'bench',
  logGroupName: '',
  logStreamName: '',
  getRemainingTimeInMillis: () => 120_000,
  done: () => undefined,
  fail: () => undefined,
  succeed: () => undefined,
};

type Handler = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

const openDeployed = async (): Promise<Handle> => {
  const { handler }: { handler: Handler } = await import(module);
  return async (bodies) => {
    const { batchItemFailures } = await handler({ Records: bodies.map(recordOf) }, context);
    if (batchItemFailures.length > 0)
      throw new Error(`${batchItemFailures.length} messages come back`);
  };
};

const handle = module === 'loop' ? openLoop() : await openDeployed();
const bodies = messagesOf(jobsPerIntent, count).map(({ body }) => body);
// What the first invocation loads and compiles is not counted.
await handle(messagesOf(1, 20, 1n).map(({ body }) => body));

const cpu = process.cpuUsage();
for (let at = 0; at < bodies.length; at += MESSAGES_PER_BATCH)
  await handle(bodies.slice(at, at + MESSAGES_PER_BATCH));
const { user, system } = process.cpuUsage(cpu);
console.log((user + system) / count);
process.exit();
