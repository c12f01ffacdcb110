import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  PACKED_DETAIL_TYPE,
  RESULT_DETAIL_TYPE,
  RESULT_SOURCE,
} from '../../shared/intent/result.ts';
import { eventSchema, packedSchema, resultSchema } from './result-event.ts';

const project = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'));

const INTENT = '019bd2a1-7f00-7000-8000-000000000000';

const example = {
  version: '0',
  id: '53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa',
  'detail-type': RESULT_DETAIL_TYPE,
  source: RESULT_SOURCE,
  account: '000000000000',
  time: '2026-01-31T12:00:02Z',
  region: 'eu-central-1',
  resources: [],
  detail: {
    result_id: `${INTENT}/9223372036854775807`,
    outcome: 'delivered',
    evidence: 'positional',
    operation: 'dli.run',
    project_id: '054ba152d480d55b2f5dc0069e7ddef0',
    job_id: '9223372036854775807',
    intent_id: INTENT,
    caller: 'http',
    correlation_id: 'deploy-42',
    call: { id: '019bd2a1-86d0-7000-8000-000000000000', size: 2, attempts: 1 },
    accepted_at: '2026-01-31T12:00:00.000Z',
    settled_at: '2026-01-31T12:00:02.000Z',
    queued_ms: 1_500,
    upstream_ms: 500,
  },
};

const message = {
  name: 'jobControlResult',
  title: RESULT_DETAIL_TYPE,
  summary: 'The outcome of one job of one intent. A repeated event has the same result_id.',
  contentType: 'application/json',
  payload: { $ref: '#/components/schemas/ResultEvent' },
  examples: [{ name: 'delivered', payload: example }],
};

const packed = {
  name: 'jobControlResults',
  title: PACKED_DETAIL_TYPE,
  summary: 'Results of one call, or of none, if RESULTS_PER_EVENT is above 1.',
  contentType: 'application/json',
  payload: { $ref: '#/components/schemas/ResultsEvent' },
  examples: [
    {
      name: 'delivered',
      payload: {
        ...example,
        'detail-type': PACKED_DETAIL_TYPE,
        detail: { results: [example.detail] },
      },
    },
  ],
};

const MESSAGES = ['jobControlResult', 'jobControlResults'];

const messagesAt = (path: string) =>
  MESSAGES.map((name) => [name, { $ref: `${path}/${name}` }] as const);

/** The AsyncAPI 3.0 description of the results bus. */
export const asyncApi = (): unknown => ({
  asyncapi: '3.0.0',
  info: {
    title: `${project.name} results`,
    version: project.version,
    description: 'Each job of an intent gets one result on the bus. The bus may deliver it twice.',
    license: { name: 'Apache-2.0' },
  },
  defaultContentType: 'application/json',
  channels: {
    results: {
      address: 'job-fanin-{stage}-results',
      title: 'The results bus',
      description: `An event bus of EventBridge. Rules match source ${RESULT_SOURCE} and detail-type ${RESULT_DETAIL_TYPE}, or ${PACKED_DETAIL_TYPE} if RESULTS_PER_EVENT is above 1.`,
      parameters: { stage: { description: 'The stage that was deployed.', default: 'dev' } },
      messages: Object.fromEntries(messagesAt('#/components/messages')),
    },
  },
  operations: {
    publishResult: {
      action: 'send',
      summary: 'job-fanin publishes the result of a job.',
      channel: { $ref: '#/channels/results' },
      messages: messagesAt('#/channels/results/messages').map(([, message]) => message),
    },
  },
  components: {
    messages: { jobControlResult: message, jobControlResults: packed },
    schemas: {
      ResultEvent: eventSchema(RESULT_DETAIL_TYPE, { $ref: '#/components/schemas/Result' }),
      ResultsEvent: eventSchema(PACKED_DETAIL_TYPE, { $ref: '#/components/schemas/Results' }),
      Results: packedSchema({ $ref: '#/components/schemas/Result' }),
      Result: resultSchema,
    },
  },
});
