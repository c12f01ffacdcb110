import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ENTRY_ROUTES, expectRefused } from '../support/routes.ts';
import { beginStack, JSON_TYPE, type TestStack } from '../support/stack.ts';

let stack: TestStack;
beforeAll(async () => {
  stack = await beginStack({ BATCH_SIZE: '10', BATCH_WINDOW_SECONDS: '0' });
});
/** What had been queued would be on a queue at the end, or would have gone upstream. */
afterAll(async () => {
  expect(await stack.depths()).toEqual({ intents: 0, deadLetters: 0, failedEvents: 0 });
  nothingHappened();
  await stack.stop();
});

const nothingHappened = (): void => {
  expect(stack.upstream.calls).toEqual([]);
  expect(stack.bus.events).toEqual([]);
};
afterEach(nothingHappened);

const NO_INTENTS = [
  '',
  ' ',
  'null',
  'true',
  '131',
  '"131"',
  '[]',
  '[131]',
  '{}',
  '{',
  '{"job_ids":[131',
  "{'job_ids':[131]}",
  '{"job_ids":[0131]}',
  '{"job_ids":[131],}',
  'job_ids=131',
  '<job_ids>131</job_ids>',
  'NaN',
  '\u0000',
];

const nested = (open: string, close: string, inner: string): string =>
  open.repeat(50_000) + inner + close.repeat(50_000);

const DEEP = [
  ['arrays', nested('[', ']', '')],
  ['arrays around a large id', nested('[', ']', '9223372036854775807')],
  ['objects', nested('{"a":', '}', '1')],
  ['objects around a large id', nested('{"a":', '}', '9223372036854775807')],
] as const;

const PROTO = ['"__proto__":{"x":1}', '"\\u005f_proto__":null', '"a":{"__proto__":1}'];

describe.each(ENTRY_ROUTES)(
  '$name: what is no intent is refused in the words of the route',
  (route) => {
    const refuse = async (body: string | Buffer, headers: Record<string, string> = JSON_TYPE) => {
      const answer = await stack.request(route, body, headers);
      expectRefused(route, answer);
      return answer;
    };
    const good = route.listing(`[${route.good(1)}]`);
    const withField = (field: string): string => `${good.slice(0, -1)},${field}}`;

    test.each(NO_INTENTS)('a body of another kind: %j', async (body) => {
      expect((await refuse(body)).status).toBe(400);
    });

    test.each(['{}', '"131"', '131', 'null', 'true', '{"length":1,"0":131}', '[]'])(
      'a list of another type, or an empty one: %s',
      async (list) => {
        expect((await refuse(route.listing(list))).status).toBe(400);
      },
    );

    test.each(route.bad)('an item like %s', async (item) => {
      const { status, text } = await refuse(route.listing(`[${[...route.good(2), item]}]`));
      expect(status).toBe(400);
      expect(text).toContain('/2');
    });

    test.each(route.badBodies)('%s', async (body) => {
      expect((await refuse(body)).status).toBe(400);
    });

    test.each(DEEP)('a list of deeply nested %s', async (_, list) => {
      expect((await refuse(route.listing(list))).status).toBe(400);
      expect((await refuse(list)).status).toBe(400);
    });

    test.each(PROTO)('a __proto__ key, wherever and however it is written: %s', async (field) => {
      expect((await refuse(withField(field))).text).toContain('__proto__');
    });

    test('10,001 jobs', async () => {
      const { status, text } = await refuse(route.listing(`[${route.good(10_001)}]`));
      expect(text).toMatch(status === 413 ? /smaller than/ : /at most 10000/);
    });

    test('a million wrong items are one fault', async () => {
      const { text } = await refuse(route.listing(`[${'0,'.repeat(400_000)}0]`));
      expect(text.length).toBeLessThan(1_000);
    });

    test.each([
      [
        'no UTF-8',
        Buffer.concat([Buffer.from(withField('"note":"')), Buffer.from([0xff, 0x22, 0x7d])]),
      ],
      ['UTF-16', Buffer.from(good, 'utf16le')],
      ['compressed', gzipSync(good)],
      ['cut off while compressed', gzipSync(good).subarray(0, 20)],
      ['base64', Buffer.from(Buffer.from(good).toString('base64'))],
    ])('a body that is %s', async (_, body) => {
      expect((await refuse(body)).status).toBe(400);
      await refuse(body, { ...JSON_TYPE, 'content-encoding': 'gzip' });
    });

    test.each([1_000_000, 2 ** 20, 3 * 2 ** 20])('a body of %i bytes', async (size) => {
      const { status } = await refuse(
        good.slice(0, -1) + ' '.repeat(size - good.length) + good.slice(-1),
      );
      expect(status).toBe(413);
    });

    test.each([
      {},
      { 'content-type': '' },
      { 'content-type': 'text/plain' },
      { 'content-type': 'text/json' },
      { 'content-type': 'application/x-www-form-urlencoded' },
      { 'content-type': 'multipart/form-data; boundary=x' },
      { 'content-type': 'application/octet-stream' },
      { 'content-type': 'application/json-seq' },
      { 'content-type': 'application/jsonp' },
      { 'content-type': 'text/plain, application/json' },
    ])('the content type of %j', async (headers: Record<string, string>) => {
      const answer = await stack.request(route, good, headers);
      expectRefused(route, answer);
      expect(answer.status).toBe(415);
    });
  },
);
