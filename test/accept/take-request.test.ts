import { describe, expect, it } from 'vitest';
import { measureRequest } from '../../shared/accept/measure-request.ts';
import type { Route } from '../../shared/accept/route.ts';
import { takeRequest } from '../../shared/accept/take-request.ts';
import type { Admission } from '../../shared/callers/admit.ts';
import type { RawRequest } from '../../shared/callers/raw-request.ts';
import { newIntentId } from '../../shared/edge/intent-id.ts';

const route: Route = {
  method: 'POST',
  path: '/v1/intents',
  admits: 'callers',
  handle: () => Promise.reject(new Error('not admitted')),
};

const event = {
  method: 'POST',
  path: '/v1/intents',
  paths: ['/v1/intents'],
  query: '',
  headers: {},
  source: '203.0.113.7',
  body: '{}',
  isBase64Encoded: false,
};

/** What a request is told that is not admitted, by what it is counted, and what the schemes saw of it. */
const told = async (admission: Admission) => {
  const seen: RawRequest[] = [];
  const edges = {
    admit: async (_: unknown, raw: RawRequest) => {
      seen.push(raw);
      return admission;
    },
    takeToken: () => 0,
  };
  const handled = await takeRequest(
    edges,
    route,
    event,
    { params: {}, remainingMs: () => 1 },
    newIntentId(),
  );
  if (handled.ok) throw new Error('admitted');
  const counted: string[] = [];
  const { status, type, retryAfterSeconds } = handled.problem;
  measureRequest('POST', handled, status, (name, value) => {
    if (value > 0) counted.push(name);
  });
  return { status, type, retryAfterSeconds, counted, seen };
};

describe('a request that is not admitted', () => {
  it.each<[string, Admission, number, string]>([
    ['a wrong proof', { kind: 'refused', checks: [] }, 401, 'RequestsRefused'],
    ['a stranger', { kind: 'stranger', checks: [] }, 403, 'RequestsRefused'],
    ['a token that is too long', { kind: 'unfit', checks: [] }, 400, 'RequestsRefused'],
    ['callers out of reach', { kind: 'out of reach' }, 503, 'RequestsFailed'],
    ['a proof that cannot be judged', { kind: 'out of reach', checks: [] }, 503, 'RequestsFailed'],
  ])('%s', async (_, admission, status, counted) => {
    expect(await told(admission)).toMatchObject({ status, counted: [counted] });
  });

  it('for bad tokens of its source is told when to come again, and is its sender’s matter', async () => {
    const admission = { kind: 'throttled', checks: ['iam'], retryAfterSeconds: 1 } as const;
    expect(await told(admission)).toMatchObject({
      status: 429,
      type: 'quota-exceeded',
      retryAfterSeconds: 1,
      counted: ['RequestsRefused'],
    });
  });

  it('was judged with the address that it came from', async () => {
    const { seen } = await told({ kind: 'refused', checks: [] });
    expect(seen).toMatchObject([{ source: '203.0.113.7' }]);
  });
});
