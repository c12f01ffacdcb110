import { describe, expect, it } from 'vitest';
import { documentRoute } from '../../shared/accept/document-route.ts';
import { measureRequest } from '../../shared/accept/measure-request.ts';
import { measuredPayload } from '../../shared/accept/measured-payload.ts';
import { InvalidIntentError, NotGrantedError } from '../../shared/accept/payload.ts';
import { problemOf } from '../../shared/accept/problem.ts';
import type { ProblemType } from '../../shared/accept/problem-types.ts';
import { receiptOf } from '../../shared/accept/receipt.ts';
import type { Handled } from '../../shared/accept/route.ts';
import { tellProblem } from '../../shared/accept/routes.ts';
import { makeHttpHandler } from '../../shared/edge/http.ts';
import { askHandler } from '../support/http-events.ts';
import { keptLog } from '../support/logs.ts';
import { intentOf } from '../support/messages.ts';

const startCount = () => {
  const counted: string[] = [];
  const measure = (name: string, value: number) => {
    counted.push(`${name} ${value}`);
  };
  return { counted, measure };
};

const ACCEPTED = ['RequestsFailed 0', 'RequestsAccepted 1'];
const REFUSED = ['RequestsFailed 0', 'RequestsRefused 1'];
const FAILED = ['RequestsFailed 1'];

describe('a request is counted by whose matter its answer is', () => {
  const answered = (status: number): Handled => ({ ok: true, answer: { status, body: {} } });
  const refusedBy = (type: ProblemType): Handled => ({ ok: false, problem: problemOf(type, 'd') });

  it.each<[number, readonly string[]]>([
    [200, ACCEPTED],
    [202, ACCEPTED],
    [399, ACCEPTED],
    [400, REFUSED],
    [499, REFUSED],
    [500, FAILED],
    [501, REFUSED],
    [503, FAILED],
  ])('%i: %j', (status, expected) => {
    const { counted, measure } = startCount();
    measureRequest('POST', answered(status), status, measure);
    expect(counted).toEqual(expected);
  });

  it.each<[ProblemType, readonly string[]]>([
    ['quota-exceeded', REFUSED],
    ['request-in-progress', REFUSED],
    ['queue-unavailable', FAILED],
  ])('a hook that is answered with 503 for %s: %j', (type, expected) => {
    const { counted, measure } = startCount();
    measureRequest('POST', refusedBy(type), 503, measure);
    expect(counted).toEqual(expected);
  });

  it.each([['GET'], ['HEAD'], ['OPTIONS']])(
    '%s counts only if it failed for our fault',
    (method) => {
      const { counted, measure } = startCount();
      for (const status of [200, 404, 501])
        measureRequest(method, answered(status), status, measure);
      expect(counted).toEqual([]);
      measureRequest(method, answered(500), 500, measure);
      expect(counted).toEqual(['ReadsFailed 1']);
    },
  );

  it.each([['POST'], ['DELETE'], ['PUT']])('%s counts', (method) => {
    const { counted, measure } = startCount();
    measureRequest(method, answered(202), 202, measure);
    expect(counted).toEqual(ACCEPTED);
  });
});

describe('a payload is counted alike', () => {
  const receipt = receiptOf(intentOf({}));
  const take = async (accept: Parameters<typeof measuredPayload>[0]) => {
    const { counted, measure } = startCount();
    const { log, lines } = keptLog();
    const [outcome] = await Promise.allSettled([measuredPayload(accept, { measure, log })(5)]);
    return { counted, lines, outcome };
  };

  it('one for each receipt', async () => {
    const { counted, outcome } = await take(async () => receipt);
    expect(counted).toEqual(['RequestsAccepted 1', 'RequestsFailed 0']);
    expect(outcome).toEqual({ status: 'fulfilled', value: receipt });
    const batch = await take(async () => [receipt, receipt]);
    expect(batch.counted).toEqual(['RequestsAccepted 2', 'RequestsFailed 0']);
  });

  it.each([
    [new InvalidIntentError('words'), 'invalid-request'],
    [new NotGrantedError('words'), 'not-granted'],
  ])('a refusal is the sender’s, and one log line says why: %s', async (error, reason) => {
    const { counted, lines, outcome } = await take(() => Promise.reject(error));
    expect(counted).toEqual(['RequestsRefused 1']);
    expect(lines).toEqual([
      {
        level: 'warn',
        event: 'refused',
        fields: { reason, check: expect.stringMatching('words') },
      },
    ]);
    expect(outcome).toEqual({ status: 'rejected', reason: error });
  });

  it('any other error is ours, and goes on as it is', async () => {
    const error = new Error('queue');
    const { counted, lines, outcome } = await take(() => Promise.reject(error));
    expect(counted).toEqual(['RequestsFailed 1']);
    expect(lines).toEqual([]);
    expect(outcome).toEqual({ status: 'rejected', reason: error });
  });
});

it('the description of the routes needs no proof, uses no rate, and is answered as it was read', async () => {
  const asked: string[] = [];
  const handler = makeHttpHandler({
    routes: [documentRoute(async () => '{"a": 1}')],
    tell: tellProblem,
    admit: async () => ({ kind: 'refused', checks: ['no caller'] }),
    takeToken: (id) => asked.push(id),
    newIntentId: () => intentOf({}).intent_id,
    log: keptLog().log,
  });
  const answer = await askHandler(handler, { method: 'GET', path: '/openapi.json', headers: {} });
  expect([answer.status, answer.body]).toEqual([200, { a: 1 }]);
  expect(asked).toEqual([]);
});
