import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_TOKEN } from '../../local/settings.ts';
import { ENTRY_ROUTES, expectRefused } from '../support/routes.ts';
import { beginStack, JSON_TYPE, sendUnproved, type TestStack } from '../support/stack.ts';

let stack: TestStack;
beforeAll(async () => {
  // Restarts among these intents wait for the bound on late statuses.
  stack = await beginStack({
    BATCH_SIZE: '10',
    BATCH_WINDOW_SECONDS: '0',
    SETTLE_SECONDS: '1',
    RESTART_DELAY_SECONDS: '1',
  });
});
afterAll(() => stack.stop());

const PROOFS: readonly [string, Readonly<Record<string, string>>][] = [
  ['none', {}],
  ['another token', { authorization: 'Bearer dev-tokem' }],
  ['a token in the wrong place', { 'x-api-key': DEFAULT_TOKEN }],
  ['another password', { authorization: `Basic ${btoa('dev:another')}` }],
];

describe.each(ENTRY_ROUTES)('$name', (route) => {
  const { method, path, listing, good } = route;
  const body = listing(`[${good(1).join()}]`);
  const ask = (headers: Readonly<Record<string, string>>) =>
    sendUnproved(stack.url + path, body, { ...JSON_TYPE, ...headers }, method);

  test.each(PROOFS)('with this proof, no request comes in: %s', async (_, headers) => {
    const answer = await ask(headers);
    expect(answer.status).toBe(401);
    expectRefused(route, answer);
  });

  test.each([
    ['a bearer token', { authorization: `Bearer ${DEFAULT_TOKEN}` }],
    ['the same as X-Auth-Token', { 'X-Auth-Token': DEFAULT_TOKEN }],
    ['a user and a password', { authorization: `Basic ${btoa(`dev:${DEFAULT_TOKEN}`)}` }],
  ])('the development caller comes in by %s', async (_, headers) => {
    expect((await ask(headers)).status).toBeLessThan(300);
  });
});

test('each result names the caller', async () => {
  await stack.idle();
  const callers = new Set(stack.results().map(({ caller }) => caller));
  expect([...callers].toSorted()).toEqual(['dev-basic', 'dev-bearer']);
});

test('the description of the routes needs no proof', async () => {
  expect((await sendUnproved(`${stack.url}/openapi.json`, null, {}, 'GET')).status).toBe(200);
});
