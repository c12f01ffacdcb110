import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nativeSchema } from '../../shared/intent/request.ts';
import type { JsonSchema } from '../../shared/json/wire-form.ts';
import { operations } from '../../shared/operations/index.ts';
import type { Operation } from '../../shared/operations/operation.ts';
import { bodyOf, ref, refOf, success } from './body-and-answer.ts';
import { cloudEventForm } from './cloud-event-form.ts';
import { answerSchemas, headers, parameters, shared, sharedInFull } from './components.ts';
import { hoist } from './hoist.ts';
import { hookRoute, securityOfHooks } from './hook-route.ts';
import { jsonSchemaOf } from './json-schema-of.ts';
import { idHeaders, noSuchIntent, notOffered, refusals } from './responses.ts';

const project = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'));

/** `dli.run` is DliRun. */
const titleOf = (name: string): string =>
  name.replace(/(?:^|\.)(\w)/g, (_, letter: string) => letter.toUpperCase());

/** The native request for one operation. What the operation never takes is left out. */
const nativeForm = ({ name }: Operation): JsonSchema => {
  const { properties, ...form } = jsonSchemaOf(nativeSchema(name, new Date(0)));
  const fields = Object.entries(Object(properties)).filter(
    ([, field]) =>
      JSON.stringify(field, (_, v) => (typeof v === 'bigint' ? null : v)) !== '{"not":{}}',
  );
  return { ...form, properties: { ...Object.fromEntries(fields), operation: { const: name } } };
};

const requestSchemas = Object.fromEntries(
  operations.flatMap((row) => [
    [`${titleOf(row.name)}Intent`, nativeForm(row)],
    [`${titleOf(row.name)}Request`, jsonSchemaOf(row.request)],
  ]),
);

/** An intent, bare or in a CloudEvent. */
const nativeBody = () => {
  const body = bodyOf(refOf('Intent'), '/v1/intents');
  const structured = { 'application/cloudevents+json': { schema: refOf('CloudEvent') } };
  return { ...body, content: { ...body.content, ...structured } };
};

/** The parameters of every route that takes intents. */
const ASKS = ['CorrelationId', 'Traceparent', 'Tracestate', 'IdempotencyKey', 'Wait', 'Prefer'];

const nativeRoute = () => ({
  operationId: 'acceptIntent',
  tags: ['native'],
  summary: 'Hands in an intent: one operation on one or more jobs of one project',
  description:
    'A job that is listed twice must have the same options each time. A CloudEvent may also come in binary mode: its attributes as `ce-` headers, its data as the body.',
  parameters: ASKS.map((name) => ref('parameters', name)),
  requestBody: nativeBody(),
  responses: {
    200: success('After a wait: each job has its verdict.', 'IntentStatus', 'Preference-Applied'),
    202: success('The queue has every job.', 'Receipt', 'Location', 'Retry-After'),
    ...refusals('problem'),
  },
});

const dropInRoute = (row: Operation) => ({
  operationId: titleOf(row.name).replace(/^./, (first) => first.toLowerCase()),
  tags: [row.service],
  summary: `Takes the vendor’s request for ${row.name}`,
  description:
    'Without a wait, the answer says only that the queue has every job. Other methods of this path are answered with 501.',
  parameters: [
    ref('parameters', 'ProjectId'),
    ...ASKS.map((name) => ref('parameters', name)),
    ...(row.service === 'dli' ? [ref('parameters', 'Language')] : []),
  ],
  requestBody: bodyOf(refOf(`${titleOf(row.name)}Request`), row.path),
  responses: {
    [row.answer([], 'en-us').status]: success(
      'The queue has every job.',
      row.service === 'dli' ? 'DliAnswer' : 'DrsAnswer',
      'Preference-Applied',
      ...(row.answer([], 'en-us').status === 202 ? ['Location', 'Retry-After'] : []),
    ),
    ...refusals('vendor'),
  },
});

const statusRoute = () => ({
  operationId: 'readStatus',
  tags: ['native'],
  summary: 'What became of an intent of the caller’s own',
  parameters: ['IntentId', 'Wait', 'Prefer'].map((name) => ref('parameters', name)),
  responses: {
    200: success('The status.', 'IntentStatus', 'Retry-After'),
    404: noSuchIntent,
    ...Object.fromEntries(
      Object.entries(refusals('problem')).filter(([status]) =>
        ['400', '401', '429', '500', '503'].includes(status),
      ),
    ),
  },
});

const documentRoute = {
  operationId: 'describe',
  tags: ['native'],
  summary: 'This document',
  description: 'Needs no proof of who asks.',
  security: [],
  responses: {
    200: {
      description: 'OpenAPI 3.1.',
      headers: idHeaders,
      content: { 'application/json': { schema: { type: 'object' } } },
    },
    ...Object.fromEntries(
      Object.entries(refusals('problem')).filter(([status]) => ['429', '500'].includes(status)),
    ),
  },
};

const PREFIXES = ['/v1.0', '/v2.0', '/v3', '/v5'];

/** OpenAPI has no path of any length: this one stands for every other path under the vendor's prefixes. */
const otherPaths = Object.fromEntries(
  PREFIXES.map((prefix) => [`${prefix}/{other}`, ref('pathItems', 'NotOffered')]),
);

const otherCall = {
  tags: ['not offered'],
  summary: 'Every other call of the vendor’s, of any method and on a path of any length',
  responses: {
    ...Object.fromEntries(
      Object.entries(refusals('vendor')).filter(([status]) =>
        ['401', '413', '429', '500', '503'].includes(status),
      ),
    ),
    501: ref('responses', 'NotOffered'),
  },
};

const notOfferedItem = {
  parameters: [
    {
      name: 'other',
      in: 'path',
      required: true,
      schema: { type: 'string', pattern: '^[a-z-]{1,64}$' },
    },
  ],
  ...Object.fromEntries(
    ['get', 'put', 'post', 'delete', 'patch'].map((method) => [method, otherCall]),
  ),
};

const info = {
  title: project.name,
  version: project.version,
  summary: project.description,
  description:
    'Paths under `/v1.0/`, `/v2.0/`, `/v3/` and `/v5/` speak as the vendor does; those that are not listed are answered with 501. Other paths that are not listed are 404. Fields whose names begin with `_` or `$` are ignored.',
  license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
};

/** Any one of them. */
const security = {
  bearer: { type: 'http', scheme: 'bearer' },
  token: {
    type: 'apiKey',
    in: 'header',
    name: 'X-Auth-Token',
    description: 'A token of the vendor’s IAM, or a bearer token.',
  },
  basic: { type: 'http', scheme: 'basic' },
  signature: {
    type: 'apiKey',
    in: 'header',
    name: 'Authorization',
    description:
      'A signature as the vendor’s SDKs make it: `SDK-HMAC-SHA256` or `V11-HMAC-SHA256`, with the header `X-Sdk-Date`.',
  },
};

const schemas = {
  CloudEvent: cloudEventForm(refOf('Intent')),
  Intent: {
    oneOf: operations.map(({ name }) => refOf(`${titleOf(name)}Intent`)),
    discriminator: {
      propertyName: 'operation',
      mapping: Object.fromEntries(
        operations.map(({ name }) => [name, `#/components/schemas/${titleOf(name)}Intent`]),
      ),
    },
  },
  ...requestSchemas,
  ...answerSchemas,
};

/** The OpenAPI 3.1 description of every route that accept-http has. */
export const openApi = (): unknown => ({
  openapi: '3.1.0',
  info,
  servers: [{ url: '/', description: 'Where this document is served; behind a stage, the stage.' }],
  security: Object.keys(security).map((name) => ({ [name]: [] })),
  tags: [
    { name: 'native', description: 'Our own routes.' },
    { name: 'webhooks', description: 'Senders with payloads of their own.' },
    { name: 'dli', description: 'Drop-in routes of DLI.' },
    { name: 'drs', description: 'Drop-in routes of DRS.' },
    { name: 'not offered', description: 'The vendor’s other calls.' },
  ],
  paths: {
    '/v1/intents': { post: nativeRoute() },
    '/v1/intents/{intent_id}': { get: statusRoute() },
    '/v1/hooks/{caller}': { post: hookRoute },
    ...Object.fromEntries(
      operations.map((row) => [row.path, { [row.method.toLowerCase()]: dropInRoute(row) }]),
    ),
    ...otherPaths,
    '/openapi.json': { get: documentRoute },
  },
  components: {
    schemas: { ...Object(hoist(schemas, shared)), ...sharedInFull },
    parameters: hoist(parameters, shared),
    headers,
    responses: { NotOffered: notOffered },
    pathItems: { NotOffered: notOfferedItem },
    securitySchemes: { ...security, ...securityOfHooks },
  },
});
