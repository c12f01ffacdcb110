import { PROJECT } from './messages.ts';

/** A text of an intent with the id that its sender gave, exact. */
export const wishText = (job: number | string | bigint = 6): string =>
  `{"operation":"dli.stop","project_id":"${PROJECT}","jobs":[${job}]}`;

export const eventOf = (detail: unknown, more: object = {}) => ({
  version: '0',
  id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
  'detail-type': 'Job Control Intent',
  source: 'com.example.cron',
  account: '111122223333',
  time: '2026-01-31T12:00:00Z',
  region: 'eu-central-1',
  resources: [],
  detail,
  ...more,
});

export const notificationOf = (Message: string, more: object = {}) => ({
  Type: 'Notification',
  MessageId: '95df01b4-ee98-5cb9-9903-4c221d41eb5e',
  TopicArn: 'arn:aws:sns:eu-central-1:111122223333:jobs',
  Message,
  Timestamp: '2026-01-31T12:00:00.000Z',
  SignatureVersion: '1',
  ...more,
});

export const sqsRecordOf = (body: string, messageId = '059f36b4-87a3-44ab-83d2-661975830a7d') => ({
  messageId,
  receiptHandle: 'handle',
  body,
  attributes: { ApproximateReceiveCount: '1', SentTimestamp: '1769860800000' },
  messageAttributes: {},
  md5OfBody: 'e4e68fb7bd0e697a0ae8f1bb342846b3',
  eventSource: 'aws:sqs',
  eventSourceARN: 'arn:aws:sqs:eu-central-1:111122223333:wishes',
  awsRegion: 'eu-central-1',
});

export const snsEventOf = (...messages: readonly string[]) => ({
  Records: messages.map((message, i) => ({
    EventSource: 'aws:sns',
    EventVersion: '1.0',
    EventSubscriptionArn: 'arn',
    Sns: notificationOf(message, { MessageId: `message-${i}` }),
  })),
});

const recordsOf = (eventSource: string, record: object) => ({
  Records: [{ eventSource, ...record }],
});

/** What callers hand in by mistake, by what it looks like. */
export const FOREIGN_PAYLOADS: readonly (readonly [name: RegExp, payload: unknown])[] = [
  [/^an SNS notification$/, notificationOf(wishText())],
  [
    /^an SNS notification$/,
    notificationOf('You have chosen', { Type: 'SubscriptionConfirmation' }),
  ],
  [/^an SNS event$/, snsEventOf(wishText())],
  [/^an SQS event$/, { Records: [sqsRecordOf(wishText())] }],
  [/^a batch of EventBridge Pipes$/, [{ operation: 'dli.stop', project_id: PROJECT, jobs: ['5'] }]],
  [/^a batch of EventBridge Pipes$/, [sqsRecordOf(wishText())]],
  [/^an event whose detail is a text$/, eventOf(wishText())],
  [
    /^a scheduled event$/,
    eventOf('{}', { source: 'aws.scheduler', 'detail-type': 'Scheduled Event' }),
  ],
  [
    /^a scheduled event with a text in it$/,
    eventOf(wishText(), { source: 'aws.scheduler', 'detail-type': 'Scheduled Event' }),
  ],
  [/^a scheduled event$/, eventOf({}, { source: 'aws.events', 'detail-type': 'Scheduled Event' })],
  [/^JSON in a text$/, wishText()],
  [/^an S3 event$/, recordsOf('aws:s3', { s3: { bucket: {}, object: {} } })],
  [/^an S3 test event$/, { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'b' }],
  [/^a Kinesis batch$/, recordsOf('aws:kinesis', { kinesis: { data: 'e30=' } })],
  [/^a DynamoDB stream batch$/, recordsOf('aws:dynamodb', { dynamodb: { Keys: {} } })],
  [/^an SES event$/, recordsOf('aws:ses', { ses: {} })],
  [/^a Kafka batch$/, { eventSource: 'aws:kafka', records: { 't-0': [] } }],
  [/^a batch of records$/, recordsOf('aws:new', {})],
  [/^a batch of records$/, { Records: [] }],
  [/^a batch of records$/, { Records: 'none' }],
  [/^a batch of records$/, { Records: [{ eventSource: 'toString' }] }],
  [/^a CloudEvents envelope$/, { specversion: '1.0', type: 't', source: '/s', id: '1', data: {} }],
  [
    /^an API Gateway event$/,
    { version: '2.0', rawPath: '/', requestContext: { http: { method: 'POST' } }, body: '{}' },
  ],
  [/^an API Gateway event$/, { version: '1.0', path: '/', httpMethod: 'POST', body: '{}' }],
  [/^an event of a load balancer$/, { path: '/', httpMethod: 'POST', requestContext: { elb: {} } }],
  [
    /^an event of a WebSocket API$/,
    { requestContext: { connectionId: 'c', routeKey: '$default' } },
  ],
  [/^an event of VPC Lattice$/, { path: '/', requestContext: { serviceNetworkArn: 'arn' } }],
  [
    /^a record of a failed invocation$/,
    { requestContext: { functionArn: 'arn', condition: 'RetriesExhausted' }, requestPayload: {} },
  ],
  [/^a CloudWatch alarm$/, { source: 'aws.cloudwatch', alarmArn: 'arn', alarmData: {} }],
  [/^a CloudWatch alarm$/, { AlarmName: 'a', NewStateValue: 'ALARM', StateChangeTime: 't' }],
  [
    /^a CloudWatch alarm$/,
    eventOf({}, { source: 'aws.cloudwatch', 'detail-type': 'CloudWatch Alarm State Change' }),
  ],
  [/^a batch of CloudWatch Logs$/, { awslogs: { data: 'e30=' } }],
  [/^a request in the vendor's form$/, { job_ids: [131], resume_savepoint: true }],
];
