import { describe, expect, it } from 'vitest';
import type { RawRequest } from '../../shared/callers/raw-request.ts';
import {
  bytesOf,
  NOW,
  PROJECT,
  prove,
  RUN,
  scheme,
  signed,
  withHeaders,
} from './signed-by-vendor.ts';

const authorizationOf = ({ headers }: RawRequest): string => headers.authorization ?? '';

const changed = (request: RawRequest, change: (authorization: string) => string): RawRequest =>
  withHeaders(request, { authorization: change(authorizationOf(request)) });

describe('bad signatures prove nothing', () => {
  const flip = (text: string): string => text.replace(/.$/, (x) => (x === '0' ? '1' : '0'));
  const names = (list: string) => (text: string) =>
    text.replace(/SignedHeaders=[^,]+/, `SignedHeaders=${list}`);
  const known = ' of AKEXAMPLE1';

  it.each<[string, (request: RawRequest) => RawRequest, string]>([
    ['forged', (r) => changed(r, flip), `signature${known}`],
    ['by another secret', () => signed({ ak: 'AKEXAMPLE1', sk: 'guess' }), `signature${known}`],
    ['by an unknown key', () => signed({ ak: 'AKUNKNOWN', sk: 'guess' }), 'unknown key'],
    [
      'of a key in another’s name',
      (r) => changed(r, (a) => a.replace('AKEXAMPLE1', 'AKOTHER')),
      'signature of AKOTHER',
    ],
    ['truncated by a digit', (r) => changed(r, (a) => a.slice(0, -1)), 'unreadable authorization'],
    [
      'truncated to its algorithm',
      (r) => changed(r, () => 'SDK-HMAC-SHA256'),
      'unreadable authorization',
    ],
    [
      'in upper case',
      (r) => changed(r, (a) => a.replace(/[0-9a-f]{64}$/, (x) => x.toUpperCase())),
      'unreadable authorization',
    ],
    [
      'with an algorithm in lower case',
      (r) => changed(r, (a) => a.replace('SDK-HMAC', 'sdk-hmac')),
      'unreadable authorization',
    ],
    ['sent twice', (r) => changed(r, (a) => `${a},${a}`), 'unreadable authorization'],
    [
      'sent twice, the second by another',
      (r) => changed(r, (a) => `${a}, Bearer x`),
      'unreadable authorization',
    ],
    [
      'with names out of order',
      (r) => changed(r, names('x-sdk-date;content-type')),
      `signed headers${known}`,
    ],
    [
      'with a name twice',
      (r) => changed(r, names('x-sdk-date;x-sdk-date')),
      `signed headers${known}`,
    ],
    [
      'with names in mixed case',
      (r) => changed(r, names('Content-Type;x-sdk-date')),
      `signed headers${known}`,
    ],
    [
      'without the date among the names',
      (r) => changed(r, names('content-type;host')),
      `signed headers${known}`,
    ],
    [
      'with a name of no header',
      (r) => changed(r, names('constructor;x-sdk-date')),
      `signed headers${known}`,
    ],
    [
      'with fewer names than were signed',
      (r) => changed(r, names('x-sdk-date')),
      `signature${known}`,
    ],
    [
      'with the date sent twice',
      (r) => withHeaders(r, { 'x-sdk-date': '20261128T120000Z,20261128T120000Z' }),
      `date${known}`,
    ],
    [
      'with a date of no calendar',
      (r) => withHeaders(r, { 'x-sdk-date': '20261399T990000Z' }),
      `date${known}`,
    ],
    [
      'with another date',
      (r) => withHeaders(r, { 'x-sdk-date': '20261128T120001Z' }),
      `signature${known}`,
    ],
    [
      'with a signed header sent twice',
      (r) => withHeaders(r, { 'content-type': 'application/json,application/json' }),
      `signature${known}`,
    ],
    [
      'with a signed header folded',
      (r) => withHeaders(r, { 'content-type': 'application/\r\n json' }),
      `signature${known}`,
    ],
    [
      'with a body changed after signing',
      (r) => ({ ...r, body: bytesOf({ job_ids: [132] }) }),
      `signature${known}`,
    ],
    [
      'with a body that has one byte more',
      (r) => ({ ...r, body: Buffer.from('{"job_ids":[131]} ') }),
      `signature${known}`,
    ],
    ['with no body any more', (r) => ({ ...r, body: new Uint8Array() }), `signature${known}`],
    [
      'with the hash of another body',
      (r) => withHeaders(r, { 'x-sdk-content-sha256': '0'.repeat(64) }),
      `body hash${known}`,
    ],
    [
      'said to leave the body out',
      (r) => withHeaders(r, { 'x-sdk-content-sha256': 'UNSIGNED-PAYLOAD' }),
      `signature${known}`,
    ],
    [
      'that really leaves the body out',
      () => signed(undefined, { headers: { 'X-Sdk-Content-Sha256': 'UNSIGNED-PAYLOAD' } }),
      'unsigned body of AKEXAMPLE1',
    ],
    ['for another method', (r) => ({ ...r, method: 'DELETE' }), `signature${known}`],
    ['with a query added', (r) => ({ ...r, query: 'wait=20' }), `signature${known}`],
    [
      'with a security token added',
      (r) => withHeaders(r, { 'x-security-token': 'x' }),
      `security token${known}`,
    ],
    [
      'for another project',
      (r) => ({ ...r, paths: [RUN.replace(PROJECT, 'other')] }),
      `signature${known}`,
    ],
    [
      'for a project with a slash in it',
      (r) => ({ ...r, paths: [RUN.replace(PROJECT, `${PROJECT}%2Fx`)] }),
      `signature${known}`,
    ],
    [
      'for a project above another',
      (r) => ({ ...r, paths: [RUN.replace(PROJECT, `x/../${PROJECT}`)] }),
      `signature${known}`,
    ],
    [
      'for a project encoded twice',
      (r) => ({ ...r, paths: [RUN.replace('054', '%25%30%35%34')] }),
      `signature${known}`,
    ],
    [
      'for a path with a stray percent sign',
      (r) => ({ ...r, paths: [`${RUN}%`] }),
      `signature${known}`,
    ],
    [
      'for a path with half a character',
      (r) => ({ ...r, paths: [`${RUN}\ud800`] }),
      `signature${known}`,
    ],
  ])('%s', async (_, change, check) => {
    expect(await prove(change(signed()))).toEqual({
      kind: 'failed',
      check: `vendor-key: ${check}`,
    });
  });

  it('a check names no secret, no signature, and no key that we do not know', async () => {
    const request = signed({ ak: 'AKUNKNOWN', sk: 'guess' });
    expect(JSON.stringify(await prove(request))).not.toMatch(/AKUNKNOWN|guess|[0-9a-f]{64}/);
  });
});

describe('an unknown key takes as long as a wrong signature', () => {
  /** The median time of each refusal, in nanoseconds. They take turns, so that a busy machine slows both. */
  const timesOf = (requests: readonly RawRequest[]): readonly number[] => {
    const rounds = Array.from({ length: 500 }, () =>
      requests.map((request) => {
        const from = process.hrtime.bigint();
        scheme(request, NOW);
        return Number(process.hrtime.bigint() - from);
      }),
    );
    return requests.map(
      (_, i) => rounds.map((times) => times[i] ?? 0).toSorted((a, b) => a - b)[250] ?? 0,
    );
  };

  it('within half of it', () => {
    const wrong = signed({ ak: 'AKEXAMPLE1', sk: 'guess' });
    const unknown = signed({ ak: 'AKUNKNOWN00', sk: 'guess' });
    const [a = 0, b = 0] = timesOf([wrong, unknown]);
    expect(Math.abs(a - b) / Math.max(a, b)).toBeLessThan(0.5);
  });
});
