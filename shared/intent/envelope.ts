import { isObject, type JsonObject } from '../json/json.ts';

/** Envelopes whose content can be taken out, where the setting `UNWRAP` says so. */
export const UNWRAPPED = ['text-detail', 'sns', 'sqs', 'pipes'] as const;
export type Unwrapped = (typeof UNWRAPPED)[number];

/** What a payload looks like, and what its sender can do about it. Neither text quotes the payload. */
export interface Look {
  readonly kind: Unwrapped | 'other';
  /** With its article. */
  readonly name: string;
  readonly advice: string;
}

const other = (name: string, advice: string): Look => ({ kind: 'other', name, advice });

const unwrapped = (kind: Unwrapped, name: string): Look => ({
  kind,
  name,
  advice: `put ${kind} into the setting UNWRAP to have it taken out, or hand in what is inside`,
});

const INSTEAD = 'hand in the intent itself, {operation, project_id, jobs}';
const TO_HTTP = 'let it invoke accept-http';

const SNS = unwrapped('sns', 'an SNS notification');
const TEXT_DETAIL = unwrapped('text-detail', 'an event whose detail is a text');
const PIPES = unwrapped('pipes', 'a batch of EventBridge Pipes');

/** Batches that event source mappings hand over, by the source of their first record. */
const RECORDS: Readonly<Record<string, Look>> = {
  'aws:sns': unwrapped('sns', 'an SNS event'),
  'aws:sqs': unwrapped('sqs', 'an SQS event'),
  'aws:s3': other('an S3 event', INSTEAD),
  'aws:kinesis': other('a Kinesis batch', INSTEAD),
  'aws:dynamodb': other('a DynamoDB stream batch', INSTEAD),
  'aws:ses': other('an SES event', INSTEAD),
  'aws:kafka': other('a Kafka batch', INSTEAD),
};
const SOME_RECORDS = other('a batch of records', INSTEAD);

const has = (object: JsonObject, ...keys: readonly string[]): boolean =>
  keys.every((key) => Object.hasOwn(object, key));

const lookOfRecords = (records: unknown): Look => {
  const first: unknown = Array.isArray(records) ? records[0] : undefined;
  if (!isObject(first)) return SOME_RECORDS;
  const source = first.eventSource ?? first.EventSource;
  return typeof source === 'string' && Object.hasOwn(RECORDS, source)
    ? (RECORDS[source] ?? SOME_RECORDS)
    : SOME_RECORDS;
};

/** https://docs.aws.amazon.com/lambda/latest/dg/services-alb.html, services-apigateway.html and services-vpc-lattice.html */
const lookOfRequest = (context: JsonObject): Look => {
  if (has(context, 'elb'))
    return other('an event of a load balancer', 'put an HTTP API before accept-http instead');
  if (has(context, 'connectionId'))
    return other('an event of a WebSocket API', 'put an HTTP API before accept-http instead');
  if (has(context, 'functionArn', 'condition'))
    return other('a record of a failed invocation', 'hand in its requestPayload');
  if (has(context, 'serviceNetworkArn'))
    return other('an event of VPC Lattice', 'put an HTTP API before accept-http instead');
  return other('an API Gateway event', TO_HTTP);
};

const lookOfEvent = (event: JsonObject): Look | undefined => {
  if (event['detail-type'] === 'Scheduled Event')
    return other('a scheduled event', `give the schedule an input of its own: ${INSTEAD}`);
  if (event.source === 'aws.cloudwatch') return other('a CloudWatch alarm', INSTEAD);
  return typeof event.detail === 'string' ? TEXT_DETAIL : undefined;
};

const lookOfObject = (object: JsonObject): Look | undefined => {
  if (has(object, 'detail-type')) return lookOfEvent(object);
  if (has(object, 'TopicArn', 'Message')) return SNS;
  if (has(object, 'Records')) return lookOfRecords(object.Records);
  if (has(object, 'eventSource', 'records')) return lookOfRecords([object]);
  if (has(object, 'specversion', 'type'))
    return other('a CloudEvents envelope', `${INSTEAD}, which is its data`);
  if (isObject(object.requestContext)) return lookOfRequest(object.requestContext);
  if (has(object, 'httpMethod', 'path')) return other('an API Gateway event', TO_HTTP);
  if (has(object, 'alarmData') || has(object, 'AlarmName', 'NewStateValue'))
    return other('a CloudWatch alarm', INSTEAD);
  if (isObject(object.awslogs)) return other('a batch of CloudWatch Logs', INSTEAD);
  if (object.Event === 's3:TestEvent') return other('an S3 test event', 'it can be thrown away');
  if (has(object, 'job_ids') && !has(object, 'operation'))
    return other("a request in the vendor's form", INSTEAD);
  return undefined;
};

/** What a payload that is no intent looks like, by the fields that its source always gives it; undefined if nothing known. */
export const lookOf = (payload: unknown): Look | undefined => {
  if (typeof payload === 'string')
    return /^\s*[[{]/.test(payload)
      ? other('JSON in a text', 'hand in the object itself, not a text of it')
      : undefined;
  if (Array.isArray(payload))
    return payload.length > 0 && payload.every(isObject) ? PIPES : undefined;
  return isObject(payload) ? lookOfObject(payload) : undefined;
};

/** Why a look is no intent, in a sentence. */
export const looksLike = ({ name, advice }: Look): string => `looks like ${name}: ${advice}`;

/** Where an intent lies on the queue that accept-http or accept-event did not put there. */
const QUEUE_ADVICE =
  'only accept-http and accept-event write to this queue, so send it to one of them';

/** What a message of the queue looks like that is none of ours; undefined if nothing known. */
export const messageLooksLike = (body: unknown): string | undefined => {
  const name =
    isObject(body) && has(body, 'detail-type') ? 'an EventBridge event' : lookOf(body)?.name;
  const isAsked = isObject(body) && has(body, 'operation', 'jobs');
  const said = name ?? (isAsked ? 'an intent as callers send it' : undefined);
  return said && `looks like ${said}: ${QUEUE_ADVICE}`;
};
