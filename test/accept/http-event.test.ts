import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readHttpEvent } from '../../shared/accept/http-event.ts';
import { oddJson } from '../support/arbitraries.ts';

const KNOWN = ['/v1/intents', '/v1.0/p/streaming/jobs/run', '/v3/p/jobs/batch-starting'];

const read = (event: unknown, basePath = '') =>
  readHttpEvent(event, { basePath, isKnown: (path) => KNOWN.includes(path) });

const pathOf = (event: unknown, basePath?: string) => {
  const reading = read(event, basePath);
  return reading.ok ? reading.event.path : reading.detail;
};

const version2 = (rawPath: string, stage?: string) => ({
  version: '2.0',
  rawPath,
  headers: {},
  requestContext: { ...(stage && { stage }), http: { method: 'POST', path: rawPath } },
});
const version1 = (path: string, stage?: string) => ({
  path,
  httpMethod: 'POST',
  headers: null,
  requestContext: { ...(stage && { stage }), path },
});

describe.each([
  ['2.0', version2],
  ['1.0', version1],
])(
  'payload %s: a request reaches its route, whatever stage or base path comes before',
  (_, event) => {
    it.each([
      ['no stage', '/v1/intents', undefined, ''],
      ['the default stage', '/v1/intents', '$default', ''],
      ['the stage in the path', '/dev/v1/intents', 'dev', ''],
      ['the stage not in the path', '/v1/intents', 'dev', ''],
      ['a stage named as a part of the path', '/v1/v1/intents', 'v1', ''],
      ['the same, and not in the path', '/v1/intents', 'v1', ''],
      ['a base path', '/jobs/v1/intents', '$default', '/jobs'],
      ['a base path of two parts', '/jobs/eu/v1/intents', '$default', '/jobs/eu'],
      ['a base path and a stage', '/jobs/dev/v1/intents', 'dev', '/jobs'],
      ['a base path, and the request not by its domain', '/v1/intents', '$default', '/jobs'],
      ['the same, with a stage', '/dev/v1/intents', 'dev', '/jobs'],
      ['a base path named as a part of the path', '/v1/intents', 'dev', '/v1'],
    ])('%s', (__, path, stage, basePath) => {
      expect(pathOf(event(path, stage), basePath)).toBe('/v1/intents');
    });

    it.each([
      ['/dev/v1.0/p/streaming/jobs/run', 'dev', '/v1.0/p/streaming/jobs/run'],
      ['/v3/v3/p/jobs/batch-starting', 'v3', '/v3/p/jobs/batch-starting'],
      ['/v3/p/jobs/batch-starting', 'v3', '/v3/p/jobs/batch-starting'],
      ['/v3/p/jobs', 'v3', '/v3/p/jobs'],
      ['/dev/v5/p/jobs/action', 'dev', '/v5/p/jobs/action'],
      ['/dev/nowhere', 'dev', '/nowhere'],
      ['/dev', 'dev', '/'],
      ['/development', 'dev', '/development'],
      ['/other/v1/intents', 'dev', '/other/v1/intents'],
    ])('%s at stage %s: %s', (path, stage, place) => {
      expect(pathOf(event(path, stage))).toBe(place);
    });

    it('at most one stage and one base path are removed', () => {
      expect(pathOf(event('/dev/dev/v1/intents', 'dev'))).toBe('/dev/v1/intents');
      expect(pathOf(event('/jobs/jobs/v1/intents', 'dev'), '/jobs')).toBe('/jobs/v1/intents');
    });
  },
);

describe('a request is read whole', () => {
  it('payload 2.0', () => {
    const event = {
      ...version2('/v1/intents'),
      headers: { 'content-type': 'application/json', 'x-a': 'b,c' },
      body: 'e30=',
      isBase64Encoded: true,
    };
    expect(read(event)).toEqual({
      ok: true,
      event: {
        method: 'POST',
        path: '/v1/intents',
        paths: ['/v1/intents'],
        query: '',
        headers: event.headers,
        body: 'e30=',
        isBase64Encoded: true,
      },
    });
  });

  it('payload 1.0, with repeated headers joined', () => {
    const event = {
      version: '1.0',
      path: '/v1/intents',
      httpMethod: 'PUT',
      headers: { 'Content-Type': 'application/json', 'X-A': 'c' },
      multiValueHeaders: { 'Content-Type': ['application/json'], 'X-A': ['b', 'c'], 'X-N': null },
      body: null,
    };
    expect(read(event)).toEqual({
      ok: true,
      event: {
        method: 'PUT',
        path: '/v1/intents',
        paths: ['/v1/intents'],
        query: '',
        headers: { 'content-type': 'application/json', 'x-a': 'b,c' },
        body: '',
        isBase64Encoded: false,
      },
    });
  });
});

describe('an empty path', () => {
  it('is the root, which the router needs', () => {
    expect([pathOf(version1('')), pathOf(version2(''))]).toEqual(['/', '/']);
  });
});

describe('any other payload is refused, with what it looks like', () => {
  it.each([
    [
      { ...version1('/v1/intents'), requestContext: { elb: { targetGroupArn: 'a' } } },
      /load balancer/,
    ],
    [{ requestContext: { connectionId: 'a', stage: 'dev' }, body: '{}' }, /WebSocket/],
    [{ Records: [{ eventSource: 'aws:sqs', body: '{}' }] }, /an SQS event/],
    [[{ operation: 'dli.run' }], /Pipes/],
    [{ version: '2.0', rawPath: '/v1/intents' }, /not an HTTP event/],
    [{ ...version1('/v1/intents'), httpMethod: '' }, /^looks like|not an HTTP event/],
    [{ operation: 'dli.run' }, /not an HTTP event/],
    [{}, /not an HTTP event/],
    [null, /not an HTTP event/],
    [7, /not an HTTP event/],
  ])('%#: %s', (event, detail) => {
    expect(pathOf(event)).toMatch(detail);
  });

  it('the reader never throws', () => {
    fc.assert(
      fc.property(oddJson(), oddJson(), (odd, other) => {
        for (const event of [
          odd,
          { ...version1('/x'), headers: odd, multiValueHeaders: other, body: odd },
          { ...version2('/x'), requestContext: odd, rawPath: other },
          { path: odd, httpMethod: other, requestContext: { http: odd, stage: other } },
        ])
          expect(read(event)).toHaveProperty('ok');
      }),
    );
  });
});

describe('the address that a request comes from', () => {
  const sourceOf = (event: unknown) => {
    const reading = read(event);
    return reading.ok ? reading.event.source : reading.detail;
  };
  const address = '203.0.113.7';

  it.each([
    ['an HTTP API', { http: { method: 'POST', sourceIp: address } }, address],
    ['a REST API, or payload 1.0', { identity: { sourceIp: address } }, address],
    ['an edge that tells none', { http: { method: 'POST' } }, undefined],
    ['an edge that tells no text', { http: { sourceIp: 7 }, identity: 7 }, undefined],
  ])('%s: as it tells it', (_, requestContext, source) => {
    const headers = { 'x-forwarded-for': '198.51.100.4' };
    const event = { ...version1('/v1/intents'), headers, requestContext };
    expect(sourceOf(event)).toBe(source);
  });
});
