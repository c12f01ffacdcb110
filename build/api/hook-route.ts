import { bodyOf, ref, success } from './body-and-answer.ts';
import { idHeaders, refusals } from './responses.ts';

/** `POST /v1/hooks/{caller}`, as OpenAPI has it. */
export const hookRoute = {
  operationId: 'acceptDelivery',
  tags: ['webhooks'],
  summary: 'Takes a delivery of a webhook, by the mapping of the caller that the path names',
  description:
    'Conflicts and throttles are answered with 503, and 410 never. What senders do with each answer: docs/webhooks.md.',
  security: [{ standardWebhooks: [] }, { github: [] }, { bearer: [] }, { basic: [] }],
  parameters: [
    {
      name: 'caller',
      in: 'path',
      required: true,
      schema: { type: 'string', pattern: '^[A-Za-z0-9._-]{1,64}$' },
    },
    ref('parameters', 'Traceparent'),
    ref('parameters', 'Tracestate'),
  ],
  requestBody: bodyOf({ description: 'The payload of the sender.' }, '/v1/hooks/{caller}'),
  responses: {
    202: success(
      'The queue has all intents. The place is that of the first.',
      'Receipts',
      'Location',
      'Retry-After',
    ),
    204: {
      description:
        'The mapping leaves the payload out, or it is a ping of GitHub. Nothing is queued.',
      headers: idHeaders,
    },
    ...Object.fromEntries(
      Object.entries(refusals('problem')).filter(([status]) => !['409', '429'].includes(status)),
    ),
  },
};

/** Proofs that only hooks take. */
export const securityOfHooks = {
  standardWebhooks: {
    type: 'apiKey',
    in: 'header',
    name: 'webhook-signature',
    description:
      'Standard Webhooks 1.0.0: `v1` or `v1a`, over `webhook-id`, `webhook-timestamp` and the body. The names `svix-…` are taken too.',
  },
  github: {
    type: 'apiKey',
    in: 'header',
    name: 'X-Hub-Signature-256',
    description: 'GitHub’s HMAC-SHA256 of the body.',
  },
};
