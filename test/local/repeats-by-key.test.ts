import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_TOKEN } from '../../local/settings.ts';
import { beginOver, callsFor, keyed, LEDGERS, QUICK, wish } from '../support/ledger-stacks.ts';
import { beginStack, JSON_TYPE, send, sendUnproved, type TestStack } from '../support/stack.ts';
import { INTENTS_PATH, startPath, stopPath } from '../support/vendor.ts';
import { signAsVendor } from './sign-as-vendor.ts';

/** Of the development caller. */
const DEV_KEY = { ak: 'dev', sk: DEFAULT_TOKEN };

describe.each(LEDGERS)('over %s', (kind) => {
  let stack: TestStack;
  let stop = async (): Promise<void> => undefined;
  beforeAll(async () => {
    ({ stack, stop } = await beginOver(kind));
  });
  afterAll(() => stop());

  describe('a request with a key', () => {
    test.each([
      [INTENTS_PATH, wish('keyed-native')],
      [stopPath('keyed-stop'), '{"job_ids":[8,8,9],"trigger_savepoint":false}'],
      [startPath('keyed-start'), '{"jobs":[{"job_id":"a"}]}'],
    ])('%s: its repeat has the same answer and id, and is carried out once', async (path, body) => {
      const project = /keyed-\w+/.exec(path + body)?.[0] ?? '';
      const first = await stack.post(path, body, keyed(`"k ${path}"`));
      await stack.idle();
      const again = await stack.post(path, body, keyed(`"k ${path}"`));
      const { date: _, ...firstHeaders } = first.headers;
      expect({ ...again, headers: { ...again.headers, date: undefined } }).toEqual({
        ...first,
        headers: { ...firstHeaders, date: undefined },
      });
      await stack.idle();
      expect(callsFor(stack, project)).toBe(1);
      const other = await stack.post(path, `${body} `, keyed(`"k ${path}"`));
      expect(other.status).toBe(422);
      expect(other.text).toMatch(
        path === INTENTS_PATH ? /problem:idempotency-key-reused/ : /error_msg/,
      );
    });

    test('the same key bare is the same key, also while many come at once', async () => {
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          stack.post(INTENTS_PATH, wish('at-once'), keyed(i % 2 === 0 ? 'one' : '"one"')),
        ),
      );
      const taken = answers.filter(({ status }) => status === 202);
      expect(new Set(taken.map(({ intentId }) => intentId)).size).toBe(1);
      for (const { status, headers } of answers)
        expect([status, status === 409 ? headers['retry-after'] : '-']).toEqual(
          status === 409 ? [409, '1'] : [202, '-'],
        );
      await stack.idle();
      expect(callsFor(stack, 'at-once')).toBe(1);
    });

    test('a key that is not one is named with all else that is wrong', async () => {
      const { status, text } = await stack.post(INTENTS_PATH, '{}', keyed('a,b'));
      expect(status).toBe(400);
      const pointers = JSON.parse(text).errors.map((fault: { pointer: string }) => fault.pointer);
      expect(pointers).toContain('header Idempotency-Key');
      expect(pointers).toContain('#/jobs');
    });
  });

  describe('a request that is signed as another was', () => {
    const signed = (body: object) => {
      const url = `${stack.url}${stopPath('signed')}`;
      return signAsVendor(DEV_KEY, { method: 'POST', url, body, at: Date.now() });
    };

    test('is a repeat: the same answer and id, and one call, also while many come at once', async () => {
      const body = { job_ids: ['131'] };
      const headers = { ...JSON_TYPE, ...signed(body) };
      const ask = () =>
        sendUnproved(`${stack.url}${stopPath('signed')}`, JSON.stringify(body), headers);
      const first = await ask();
      expect(first.status).toBe(200);
      const others = await Promise.all([ask(), ask(), ask(), ask()]);
      for (const { status, intentId, text } of others)
        expect([status, intentId, text]).toEqual([200, first.intentId, first.text]);
      await stack.idle();
      expect(stack.resultsOf(first.intentId)).toHaveLength(1);
      expect(callsFor(stack, 'signed')).toBe(1);
    });

    test('and comes at the same time is the same intent', async () => {
      const body = { job_ids: ['132'] };
      const headers = { ...JSON_TYPE, ...signed(body) };
      const ask = () =>
        sendUnproved(`${stack.url}${stopPath('signed')}`, JSON.stringify(body), headers);
      const all = await Promise.all([ask(), ask(), ask(), ask()]);
      expect(new Set(all.map(({ status, intentId }) => `${status} ${intentId}`)).size).toBe(1);
    });
  });
});

describe('while the ledger is down', () => {
  let stack: TestStack;
  beforeAll(async () => {
    const AWS_ENDPOINT_URL_DYNAMODB = 'http://127.0.0.1:9';
    stack = await beginStack({ ...QUICK, LEDGER_TABLE: 'ledger', AWS_ENDPOINT_URL_DYNAMODB });
  });
  afterAll(() => stack.stop());

  test('requests are accepted, also if they wait', async () => {
    const plain = await stack.post(INTENTS_PATH, wish('down'));
    const waiting = await stack.post(`${INTENTS_PATH}?wait=1`, wish('down'));
    const vendor = await stack.post(`${stopPath('down')}?wait=1`, '{"job_ids":[1]}');
    expect([plain.status, waiting.status, vendor.status]).toEqual([202, 202, 200]);
    expect((await stack.depths()).intents).toBe(3);
  });

  test('one with a key of its caller’s is refused with 503, in the shape of its route', async () => {
    const before = (await stack.depths()).intents;
    const native = await stack.post(INTENTS_PATH, wish('down'), keyed('k'));
    const vendor = await stack.post(stopPath('down'), '{"job_ids":[1]}', keyed('k'));
    expect([native.status, native.headers['retry-after']]).toEqual([503, '5']);
    expect(JSON.parse(native.text).type).toBe('urn:job-fanin:problem:ledger-unavailable');
    expect([vendor.status, JSON.parse(vendor.text).error_code]).toEqual([503, 'DLI.0012']);
    expect((await stack.depths()).intents).toBe(before);
  });

  test('there is no status', async () => {
    const { intentId } = await stack.post(INTENTS_PATH, wish('down'));
    const answer = await send(`${stack.url}${INTENTS_PATH}/${intentId}`, null, {}, 'GET');
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '5']);
  });
});
