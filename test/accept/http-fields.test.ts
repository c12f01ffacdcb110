import { describe, expect, it } from 'vitest';
import { readHttpEvent } from '../../shared/accept/http-event.ts';

const base = { path: '/v1/intents', httpMethod: 'POST' };
const read = (more: object, basePath = '') => {
  const reading = readHttpEvent(
    { ...base, ...more },
    { basePath, isKnown: (p) => p === '/v1/intents' },
  );
  if (!reading.ok) throw new Error(reading.detail);
  return reading.event;
};

describe('the query of a request', () => {
  it.each<[string, object, string]>([
    [
      'raw, as it came',
      { rawQueryString: 'b=1&a=%20', queryStringParameters: { c: '1' } },
      'b=1&a=%20',
    ],
    ['raw and empty', { rawQueryString: '', queryStringParameters: { c: '1' } }, ''],
    [
      'of decoded values, which are encoded',
      { queryStringParameters: { 'a b': '1&2', c: 'ä' } },
      'a%20b=1%262&c=%C3%A4',
    ],
    [
      'of repeated values, each once',
      {
        queryStringParameters: { a: '2', b: '3' },
        multiValueQueryStringParameters: { a: ['1', '2'] },
      },
      'a=1&a=2&b=3',
    ],
    ['in the case that it was sent in', { queryStringParameters: { A: '1', a: '2' } }, 'A=1&a=2'],
    [
      'with half a surrogate pair',
      { queryStringParameters: { '\ud800': '\ud800' } },
      '%EF%BF%BD=%EF%BF%BD',
    ],
    ['of nothing', { queryStringParameters: null, multiValueQueryStringParameters: null }, ''],
    ['of what is no text', { queryStringParameters: { a: 5, b: null } }, ''],
  ])('%s', (_, more, query) => {
    expect(read(more).query).toBe(query);
  });
});

describe('the headers of a request', () => {
  it.each<[string, object, object]>([
    ['alone', { headers: { 'X-A': '1' } }, { 'x-a': '1' }],
    ['in two cases, joined', { headers: { 'X-A': '1', 'x-a': '2' } }, { 'x-a': '1,2' }],
    ['in lists alone', { multiValueHeaders: { 'X-A': ['1', '2'] } }, { 'x-a': '1,2' }],
    [
      'in both: the list has all',
      { headers: { 'X-A': '2', 'X-B': '3' }, multiValueHeaders: { 'x-a': ['1', '2'] } },
      { 'x-a': '1,2', 'x-b': '3' },
    ],
    [
      'an empty list is none',
      { headers: { a: '1' }, multiValueHeaders: { a: [], b: [] } },
      { a: '1' },
    ],
    ['what is no text is none', { headers: { a: 5, b: ['1', 5, '2'] } }, { b: '1,2' }],
  ])('%s', (_, more, headers) => {
    expect(read(more).headers).toEqual(headers);
  });
});

describe('the paths that a client may have signed', () => {
  it.each<[string, object, string, readonly string[]]>([
    ['as it came', {}, '', ['/v1/intents']],
    [
      'with a stage and a base path, which are taken off and put back',
      { path: '/jobs/dev/v1/intents', requestContext: { stage: 'dev' } },
      '/jobs',
      ['/jobs/dev/v1/intents', '/v1/intents', '/dev/v1/intents', '/jobs/v1/intents'],
    ],
    [
      'of a REST API, whose context has it as it was sent',
      { requestContext: { stage: 'dev', path: '/dev/v1/intents' } },
      '',
      ['/v1/intents', '/dev/v1/intents'],
    ],
    [
      'of a context with another path, which is left out',
      { requestContext: { stage: 'dev', path: '/dev/other' } },
      '',
      ['/v1/intents'],
    ],
  ])('%s', (_, more, basePath, paths) => {
    expect(read(more, basePath).paths).toEqual(paths);
  });

  it('the body counts as base64 only if the event says so', () => {
    expect(read({ isBase64Encoded: 'true' }).isBase64Encoded).toBe(false);
    expect(read({ isBase64Encoded: true }).isBase64Encoded).toBe(true);
    expect(read({ body: 5 }).body).toBe('');
  });
});
