import { randomUUID } from 'node:crypto';
import { pathToFileURL } from 'node:url';

/**
 * Invokes a built function once with so many single-id messages, in a process of its own, and prints what memory it took.
 * With `--live` it collects garbage all the time, so its resident memory says nothing.
 */

const [, , file = '', messages = '0'] = process.argv;
const { handler } = await import(pathToFileURL(file).href);

const MB = 2 ** 20;

const bodyOf = (job: number): string =>
  JSON.stringify({
    v: 1,
    intent_id: randomUUID(),
    operation: 'dli.run',
    project_id: '054ba152d480d55b2f5dc0069e7ddef0',
    options: { resume_savepoint: true },
    jobs: [String(9_000_000_000_000_000_000n + BigInt(job))],
    caller: 'http',
    accepted_at: new Date().toISOString(),
    expires_at: new Date(Date.now() + 6 * 3_600_000).toISOString(),
    first: 0,
    job_count: 1,
  });

const recordOf = (job: number) => ({
  messageId: randomUUID(),
  receiptHandle: randomUUID().repeat(6),
  body: bodyOf(job),
  attributes: {
    ApproximateReceiveCount: '1',
    SentTimestamp: String(Date.now()),
    SenderId: 'AIDAIENQZJOLO23YVJ4VO',
    ApproximateFirstReceiveTimestamp: String(Date.now()),
  },
  messageAttributes: {},
  md5OfBody: randomUUID(),
  eventSource: 'aws:sqs',
  eventSourceARN: 'arn:aws:sqs:eu-central-1:123456789012:intents',
  awsRegion: 'eu-central-1',
});

const invoke = async (first: number, count: number): Promise<void> => {
  // As Lambda has it: the event comes as a text, and only what was parsed of it is kept.
  const event = JSON.parse(
    JSON.stringify({ Records: Array.from({ length: count }, (_, i) => recordOf(first + i)) }),
  );
  const context = { getRemainingTimeInMillis: () => 120_000, memoryLimitInMB: '1024' };
  const { batchItemFailures } = await handler(event, context);
  if (batchItemFailures.length > 0) throw new Error(`${batchItemFailures.length} come back`);
};

const liveHeap = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};

const peakRss = (): number => process.resourceUsage().maxRSS / 1_024;

// What the first invocation loads is the empty function's.
await invoke(0, 20);
const empty = { heap: liveHeap(), peak: peakRss() };
let most = 0;
const looksAtHeap = process.argv.includes('--live');
const watch = setInterval(() => {
  if (looksAtHeap) most = Math.max(most, liveHeap());
}, 100);
await invoke(1_000, Number(messages));
clearInterval(watch);
console.log(
  JSON.stringify({
    /** MB of resident memory above the empty function, at the most. */
    peakAbove: Math.round(peakRss() - empty.peak),
    /** KB of live heap for each message, at the most. */
    livePerMessage: (most - empty.heap) / 1_024 / Number(messages),
    /** MB of live heap that are left of it. */
    left: (liveHeap() - empty.heap) / MB,
  }),
);
process.exit();
