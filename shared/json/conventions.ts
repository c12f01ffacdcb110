/**
 * The release of OpenTelemetry's semantic conventions that names all attributes here. The package
 * `@opentelemetry/semantic-conventions` of this version has the same names; a test compares them. They are written out,
 * as that package asks for names that are not stable yet.
 * https://github.com/open-telemetry/semantic-conventions/tree/v1.45.0
 */
export const CONVENTIONS = '1.45.0';

/** What a tracer says of the names that it uses. */
export const SCHEMA_URL = `https://opentelemetry.io/schemas/${CONVENTIONS}`;

/** Attributes of messaging, FaaS and HTTP spans. */
export const ATTR = {
  system: 'messaging.system.name',
  operationType: 'messaging.operation.type',
  destination: 'messaging.destination.name',
  conversation: 'messaging.message.conversation_id',
  trigger: 'faas.trigger',
  invocation: 'faas.invocation.id',
  method: 'http.request.method',
  status: 'http.response.status_code',
  template: 'url.template',
  service: 'server.service.name',
  error: 'error.type',
} as const;

/** Their values. */
export const VALUE = {
  sqs: 'aws.sqs',
  send: 'send',
  handle: 'process',
  pubsub: 'pubsub',
} as const;

/** Attributes of our own. Never the id of a key or of a secret, and no part of a body. */
export const OWN = {
  intent: 'job_fanin.intent.id',
  operation: 'job_fanin.operation',
  project: 'job_fanin.project.id',
  jobs: 'job_fanin.jobs',
  call: 'job_fanin.call.id',
  attempts: 'job_fanin.attempts',
  intents: 'job_fanin.intents',
  /** Intents of a call whose trace has no link, since a span holds so many at most. */
  linksLeftOut: 'job_fanin.links_left_out',
  delivered: 'job_fanin.delivered',
  rejected: 'job_fanin.rejected',
  unanswered: 'job_fanin.unanswered',
  messages: 'job_fanin.messages',
} as const;
