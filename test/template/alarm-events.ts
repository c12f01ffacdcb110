import { DEV_PROOF } from '../support/callers.ts';
import type { Point } from '../support/emf.ts';
import { bodyOf, type Wish } from '../support/messages.ts';

/** The project whose upstream is down. All others are served. */
export const DOWN = '0605767b5780d5762fc5c0118072a564';
export const UP = '054ba152d480d55b2f5dc0069e7ddef0';

export const MINUTE = 60_000;
const now = Date.now();

export const minutesAgo = (minutes: number): string =>
  new Date(now - minutes * MINUTE).toISOString();

/** A batch of messages that the queue has given, as Lambda hands it to control-jobs. */
export const batchOf = (
  messages: readonly { readonly body: string; readonly receiptHandle: string }[],
  receives = 1,
) => ({
  Records: messages.map((message, i) => ({
    ...message,
    messageId: `m${i}`,
    attributes: { ApproximateReceiveCount: String(receives), SentTimestamp: String(now - MINUTE) },
    messageAttributes: {},
  })),
});

let ages = 0;

/** A wish for a job that no other test names. */
export const wish = (more: Wish = {}): string => {
  ages += 1;
  return bodyOf({
    age: ages,
    jobs: [String(1_000 + ages)],
    project_id: UP,
    accepted_at: minutesAgo(1),
    ...more,
  });
};

export const direct = { operation: 'dli.run', project_id: UP, jobs: [1] };

/** A native request over HTTP, with a key by which the ledger remembers it. */
export const request = (key: string) => ({
  version: '2.0',
  rawPath: '/v1/intents',
  rawQueryString: '',
  headers: { 'content-type': 'application/json', ...DEV_PROOF, 'idempotency-key': `"${key}"` },
  requestContext: { http: { method: 'POST', path: '/v1/intents' } },
  body: JSON.stringify(direct),
  isBase64Encoded: false,
});

/** A request that reads. */
export const read = (rawPath: string) => ({
  version: '2.0',
  rawPath,
  rawQueryString: '',
  headers: DEV_PROOF,
  requestContext: { http: { method: 'GET', path: rawPath } },
  isBase64Encoded: false,
});

const point = (
  namespace: string,
  name: string,
  dimensions: Point['dimensions'],
  value: number,
): Point => ({ at: 0, unit: 'Count', namespace, name, dimensions, values: [value] });

/** What Lambda counts of a function, which the template names so. */
export const ofLambda = (id: string, name: string): Point =>
  point('AWS/Lambda', name, { FunctionName: JSON.stringify({ Ref: id }) }, 1);

/** How many messages of a queue can be seen, or another of its counts. */
export const ofQueue = (
  id: string,
  messages: number,
  name = 'ApproximateNumberOfMessagesVisible',
): Point =>
  point(
    'AWS/SQS',
    name,
    { QueueName: JSON.stringify({ 'Fn::GetAtt': [id, 'QueueName'] }) },
    messages,
  );

export const ofApi = (name: string): Point =>
  point('AWS/ApiGateway', name, { ApiId: JSON.stringify({ Ref: 'HttpApi' }) }, 1);

export const results = (outcome: string, count: number): Point =>
  point('job-fanin-dev', 'Results', { service: 'control-jobs', outcome }, count);
