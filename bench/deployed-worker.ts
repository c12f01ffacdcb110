import type { Context, SQSEvent, SQSRecord } from 'aws-lambda';
import { v7 as newId } from 'uuid';
import { makeControlLoop } from '../shared/control/control.ts';
import type { Entry, Ledger } from '../shared/ledger/ledger.ts';
import { agree, LIMITS, messagesOf } from './ledger.ts';

/** One round of bench/deployed.ts, in a process of its own: it prints what a job cost. */

const [, , mode, perIntent, jobs] = process.argv;
const [jobsPerIntent, count] = [Number(perIntent), Number(jobs)];
const MESSAGES_PER_BATCH = 1_000;

const memoryLedger = (): Ledger => {
  const entries = new Map<string, Entry>();
  return {
    read: async (keys) =>
      new Map(keys.flatMap((key) => entries.get(key) ?? []).map((entry) => [entry.key, entry])),
    write: async (entry, seen) => {
      if (entries.get(entry.key)?.version !== seen) return 'lost';
      entries.set(entry.key, entry);
      return 'written';
    },
  };
};

type Handle = (bodies: readonly string[]) => Promise<void>;

const makeLoop = (): Handle => {
  const control = makeControlLoop(
    {
      ledger: memoryLedger(),
      identify: async () => ({ kind: 'known', key: 'bench' }),
      send: agree,
      publish: async (results) => results.map(() => true),
      remove: async () => undefined,
      deadLetter: async () => false,
      postpone: async () => undefined,
      log: { info: () => undefined, warn: () => undefined },
      now: Date.now,
      random: Math.random,
      newId,
    },
    LIMITS,
  );
  return async (bodies) => {
    const batch = bodies.map((body, i) => ({ messageId: String(i), receiveCount: 1, body }));
    const staying = await control(batch, () => 120_000);
    if (staying.length > 0) throw new Error(`${staying.length} messages come back`);
  };
};

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

const makeDeployed = async (): Promise<Handle> => {
  const { handler } = await import('../functions/control-jobs.ts');
  const invoke = handler as unknown as (
    event: SQSEvent,
    context: Context,
  ) => Promise<{ batchItemFailures: readonly unknown[] }>;
  return async (bodies) => {
    const { batchItemFailures } = await invoke({ Records: bodies.map(recordOf) }, context);
    if (batchItemFailures.length > 0)
      throw new Error(`${batchItemFailures.length} messages come back`);
  };
};

const handle = mode === 'loop' ? makeLoop() : await makeDeployed();
const bodies = messagesOf(jobsPerIntent, count).map(({ body }) => body);
// What the first invocation loads and compiles is not counted.
await handle(messagesOf(1, 20, 1n).map(({ body }) => body));

const cpu = process.cpuUsage();
const start = performance.now();
for (let at = 0; at < bodies.length; at += MESSAGES_PER_BATCH)
  await handle(bodies.slice(at, at + MESSAGES_PER_BATCH));
const { user, system } = process.cpuUsage(cpu);
console.log(
  JSON.stringify({
    cpuMicroseconds: (user + system) / count,
    wallMicroseconds: ((performance.now() - start) * 1_000) / count,
  }),
);
process.exit();
