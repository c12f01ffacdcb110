import { isObject, type JsonObject } from '../json/json.ts';

/** Envelopes that accept-event can open, once the setting `UNWRAP` names them. */
export const ENVELOPES = ['text-detail', 'scheduler', 'sns', 'sqs', 'pipes'] as const;
export type Envelope = (typeof ENVELOPES)[number];

/** A payload that is no intent, but is recognised. Neither text quotes the payload. */
export interface ForeignPayload {
  readonly kind: Envelope | 'other';
  /** With its article. */
  readonly name: string;
  /** What the sender can do about it. */
  readonly advice: string;
}

const other = (name: string, advice: string): ForeignPayload => ({ kind: 'other', name, advice });

const envelope = (kind: Envelope, name: string): ForeignPayload => ({
  kind,
  name,
  advice: `put ${kind} into the setting UNWRAP to have it taken out, or hand in what is inside`,
});

const INSTEAD = 'hand in the intent itself, {operation, project_id, jobs}';
const TO_HTTP = 'let it invoke accept-http';

const SNS = envelope('sns', 'an SNS notification');
const TEXT_DETAIL = envelope('text-detail', 'an event whose detail is a text');
const SCHEDULED = envelope('scheduler', 'a scheduled event with a text in it');
const PIPES = envelope('pipes', 'a batch of EventBridge Pipes');

/** Batches of event source mappings, by the source of their first record. */
const RECORDS: Readonly<Record<string, ForeignPayload>> = {
  'aws:sns': envelope('sns', 'an SNS event'),
  'aws:sqs': envelope('sqs', 'an SQS event'),
  'aws:s3': other('an S3 event', INSTEAD),
  'aws:kinesis': other('a Kinesis batch', INSTEAD),
  'aws:dynamodb': other('a DynamoDB stream batch', INSTEAD),
  'aws:ses': other('an SES event', INSTEAD),
  'aws:kafka': other('a Kafka batch', INSTEAD),
};
const SOME_RECORDS = other('a batch of records', INSTEAD);

const has = (object: JsonObject, ...keys: readonly string[]): boolean =>
  keys.every((key) => Object.hasOwn(object, key));

const recogniseRecords = (records: unknown): ForeignPayload => {
  const first: unknown = Array.isArray(records) ? records[0] : undefined;
  if (!isObject(first)) return SOME_RECORDS;
  const source = first.eventSource ?? first.EventSource;
  return typeof source === 'string' && Object.hasOwn(RECORDS, source)
    ? (RECORDS[source] ?? SOME_RECORDS)
    : SOME_RECORDS;
};

/** https://docs.aws.amazon.com/lambda/latest/dg/services-alb.html, services-apigateway.html and services-vpc-lattice.html */
const recogniseRequest = (context: JsonObject): ForeignPayload => {
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

const recogniseEvent = (event: JsonObject): ForeignPayload | undefined => {
  const { detail } = event;
  if (event['detail-type'] === 'Scheduled Event' && typeof detail === 'string' && detail !== '{}')
    return SCHEDULED;
  if (event['detail-type'] === 'Scheduled Event')
    return other('a scheduled event', `give the schedule an input of its own: ${INSTEAD}`);
  if (event.source === 'aws.cloudwatch') return other('a CloudWatch alarm', INSTEAD);
  return typeof detail === 'string' ? TEXT_DETAIL : undefined;
};

const recogniseObject = (object: JsonObject): ForeignPayload | undefined => {
  if (has(object, 'detail-type')) return recogniseEvent(object);
  if (has(object, 'TopicArn', 'Message')) return SNS;
  if (has(object, 'Records')) return recogniseRecords(object.Records);
  if (has(object, 'eventSource', 'records')) return recogniseRecords([object]);
  if (has(object, 'specversion', 'type'))
    return other('a CloudEvents envelope', `${INSTEAD}, which is its data`);
  if (isObject(object.requestContext)) return recogniseRequest(object.requestContext);
  if (has(object, 'httpMethod', 'path')) return other('an API Gateway event', TO_HTTP);
  if (has(object, 'alarmData') || has(object, 'AlarmName', 'NewStateValue'))
    return other('a CloudWatch alarm', INSTEAD);
  if (isObject(object.awslogs)) return other('a batch of CloudWatch Logs', INSTEAD);
  if (object.Event === 's3:TestEvent') return other('an S3 test event', 'it can be thrown away');
  if (has(object, 'job_ids') && !has(object, 'operation'))
    return other("a request in the vendor's form", INSTEAD);
  return undefined;
};

/**
 * Recognises a payload that is no intent, by fields that its source always sets. Undefined for an intent, and for a
 * payload of no known source.
 */
export const recognise = (payload: unknown): ForeignPayload | undefined => {
  if (typeof payload === 'string')
    return /^\s*[[{]/.test(payload)
      ? other('JSON in a text', 'hand in the object itself, not a text of it')
      : undefined;
  if (Array.isArray(payload))
    return payload.length > 0 && payload.every(isObject) ? PIPES : undefined;
  return isObject(payload) ? recogniseObject(payload) : undefined;
};

/** What the payload looks like and what to do, in one sentence. */
export const looksLike = ({ name, advice }: ForeignPayload): string =>
  `looks like ${name}: ${advice}`;

/** For a queue message that neither accept-http nor accept-event wrote. */
const QUEUE_ADVICE =
  'only accept-http and accept-event write to this queue, so send it to one of them';

/** What a queue message that is not ours looks like, and what to do. Undefined if it is not recognised. */
export const foreignMessage = (body: unknown): string | undefined => {
  const name =
    isObject(body) && has(body, 'detail-type') ? 'an EventBridge event' : recognise(body)?.name;
  const isRequest = isObject(body) && has(body, 'operation', 'jobs');
  const said = name ?? (isRequest ? 'an intent as callers send it' : undefined);
  return said && `looks like ${said}: ${QUEUE_ADVICE}`;
};
