import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { documents } from '../build/api/documents.ts';
import { samples } from '../build/api/samples.ts';
import { documentRoute } from '../shared/accept/document-route.ts';
import { hookRoute } from '../shared/accept/hook-route.ts';
import { makeRoutes } from '../shared/accept/routes.ts';
import { keyOf, newIntentId } from '../shared/edge/intent-id.ts';
import { beginRoutes, startRouteEdges } from './support/accept-routes.ts';
import { PROJECT } from './support/messages.ts';
import { ENTRY_ROUTES } from './support/routes.ts';
import { readJson } from './support/sources.ts';

const ROOT = join(import.meta.dirname, '..');
const openApi = readJson('docs/openapi.json');
const asyncApi = readJson('docs/asyncapi.json');

describe('the published documents are what the code says (`npm run docs` writes them)', () => {
  it('each of them', () => {
    for (const [path, text] of documents())
      expect(readFileSync(join(ROOT, path), 'utf8'), path).toBe(text);
  });
});

const routes = [
  ...makeRoutes(startRouteEdges().edges),
  hookRoute({
    acceptOnce: () => Promise.reject(new Error('not asked')),
    newIntentId,
    keyOf,
    now: () => new Date(),
  }),
  documentRoute(async () => ''),
].map(({ method, path }) => ({ method: method.toLowerCase(), path }));

const ajv = new Ajv.default({ strict: false, validateFormats: false });
beforeAll(() => void ajv.addSchema(openApi, 'openapi'));

const escaped = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');

/** What is wrong with a value, by the schema at a place of the description. */
const faultsAt = (place: readonly unknown[], value: unknown): readonly string[] => {
  const pointer = place.map((key) => encodeURIComponent(escaped(String(key)))).join('/');
  const isValid = ajv.compile({ $ref: `openapi#/${pointer}` });
  return isValid(value) ? [] : (isValid.errors ?? []).map((e) => `${e.instancePath} ${e.message}`);
};

const requestAt = (method: string, path: string) =>
  ['paths', path, method, 'requestBody', 'content', 'application/json', 'schema'] as const;

describe('the OpenAPI document describes every route', () => {
  it('each one, and besides them only the vendor’s other calls', () => {
    const paths = Object.keys(openApi.paths).filter((path) => !path.endsWith('/{other}'));
    expect(paths.toSorted()).toEqual(routes.map(({ path }) => path).toSorted());
    for (const { method, path } of routes) expect(openApi.paths[path]).toHaveProperty(method);
  });

  it('its examples are the samples, ids and all, and each is valid', () => {
    const text = readFileSync(join(ROOT, 'docs/openapi.json'), 'utf8');
    expect(text).toMatch(/^ +9223372036854775807,?$/m);
    expect(samples.length).toBeGreaterThan(3);
    for (const { name } of samples) expect(text).toContain(`"events/accept-http/${name}.json"`);
    for (const { method, path } of routes.filter((route) => route.method !== 'get')) {
      const { examples = {} } = openApi.paths[path][method].requestBody.content['application/json'];
      for (const { value } of Object.values<{ value: unknown }>(examples))
        expect(faultsAt(requestAt(method, path), value)).toEqual([]);
    }
  });
});

/** What the code refuses and JSON Schema cannot say: rounded numbers, past deadlines, and a job with two wishes. */
const BEYOND = [
  '9223372036854775808',
  '12345678.999999999999',
  '1.00000000000000000001',
  '1e-400',
  '{"job_id":"a","start_time":"1"},{"job_id":"a","start_time":"2"}',
  '"expires_at":"2001-01-01T00:00:00Z"',
  '"expires_at":"2099-02-30T00:00:00Z"',
];

const isBeyond = (body: string): boolean =>
  BEYOND.some((part) => body.includes(`[${part}]`) || body.includes(`${part}}`));

const templateOf = (path: string): string => path.replace(PROJECT, '{project_id}');

describe.each(ENTRY_ROUTES)('$name', ({ method: upper, path, listing, good, bad, badBodies }) => {
  const method = upper.toLowerCase();
  const template = templateOf(path);
  const faultsOf = (body: string) => faultsAt(requestAt(method, template), JSON.parse(body));
  const expectDescribed = async (body: string): Promise<number> => {
    const answer = await beginRoutes().post(path, body, { method: upper });
    const { status, headers } = answer;
    const place = ['paths', template, method, 'responses', status, 'content'];
    expect(faultsAt([...place, headers['content-type'], 'schema'], answer.body)).toEqual([]);
    return Number(status);
  };

  it('what the route takes is valid, and so is its answer', async () => {
    const body = listing(`[${good(2).join()}]`);
    expect(faultsOf(body)).toEqual([]);
    expect(await expectDescribed(body)).toBeLessThan(300);
  });

  it('what the route refuses is not valid, and its answer is described', async () => {
    const wrong = [...bad.map((item) => listing(`[${item}]`)), ...badBodies];
    const valid = wrong.filter((body) => faultsOf(body).length === 0);
    expect(valid.filter((body) => !isBeyond(body))).toEqual([]);
    for (const body of wrong.slice(0, 5)) expect(await expectDescribed(body)).toBe(400);
  });
});

/** Every keyword of a schema and of those in it. */
const keywordsIn = (schema: unknown): readonly string[] =>
  typeof schema === 'object' && schema !== null
    ? [
        ...(Array.isArray(schema) ? [] : Object.keys(schema)),
        ...Object.values(schema).flatMap(keywordsIn),
      ]
    : [];

describe('the result event in Draft 4', () => {
  it('has no keyword that Draft 4 lacks', () => {
    const keywords = keywordsIn(readJson('docs/result-event.draft4.json'));
    expect(keywords).toContain('enum');
    for (const newer of ['const', 'if', 'then', 'else', '$id', '$defs', 'contains', 'examples'])
      expect(keywords).not.toContain(newer);
  });
});

describe('the AsyncAPI document', () => {
  it('has an example that its schema takes', () => {
    const { schemas, messages } = asyncApi.components;
    const isValid = ajv.compile({
      $ref: '#/components/schemas/ResultEvent',
      components: { schemas },
    });
    const [{ payload }] = messages.jobControlResult.examples;
    expect([isValid(payload), isValid.errors]).toEqual([true, null]);
    expect(isValid({ ...payload, detail: { ...payload.detail, outcome: 'rejected' } })).toBe(false);
  });
});
