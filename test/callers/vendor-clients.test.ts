import { describe, expect, it } from 'vitest';
import {
  akOf,
  dateOf,
  KEYS,
  RECORDS,
  type SignedRecord,
  signedNames,
  verify,
} from './signed-requests.ts';

const MINUTE = 60_000;

const titled = RECORDS.map(
  (record) => [`${record.client}: ${record.method} ${record.url}`, record] as const,
);

/** One that has what is asked for; the recording is the test's own. */
const oneOf = (isIt: (record: SignedRecord) => boolean): SignedRecord => {
  const found = RECORDS.find(isIt);
  if (found === undefined) throw new Error('no such recorded request');
  return found;
};

const withHeaders = (record: SignedRecord, headers: Record<string, string>): SignedRecord => ({
  ...record,
  headers: { ...record.headers, ...headers },
});

const isUnsigned = ({ headers }: SignedRecord): boolean =>
  headers['x-sdk-content-sha256'] === 'UNSIGNED-PAYLOAD';

describe('what real clients signed verifies', () => {
  it.each(titled)('%s', (_, record) => {
    expect(verify(record)).toEqual({
      ok: true,
      ak: akOf(record),
      signature: record.headers.authorization?.slice(-64),
    });
  });

  it('in every form and with what each leaves out', () => {
    const forms = new Set(RECORDS.map(({ headers }) => headers.authorization?.replace(/=.*/, '')));
    expect([...forms].toSorted()).toEqual([
      'SDK-HMAC-SHA256 Access',
      'SDK-HMAC-SHA256 Credential',
      'V11-HMAC-SHA256 Credential',
    ]);
    const unsigned = (name: string) =>
      RECORDS.some((record) => name in record.headers && !signedNames(record).includes(name));
    expect(['host', 'content-type', 'x-project-id', 'x-security-token'].map(unsigned)).toEqual([
      true,
      true,
      true,
      true,
    ]);
  });

  it.each(titled)('%s, to the minute and no longer', (_, record) => {
    const at = dateOf(record);
    for (const minutes of [-15, 15]) {
      expect(verify(record, { now: at + minutes * MINUTE })).toMatchObject({ ok: true });
      expect(verify(record, { now: at + minutes * (MINUTE + 1) })).toMatchObject({ why: 'date' });
    }
  });
});

describe('what was changed on the way does not', () => {
  const flip = (hex: string): string => hex.replace(/[0-9a-f]$/, (x) => (x === '0' ? '1' : '0'));

  it.each(titled)('%s', (_, record) => {
    const { url, method, body, headers } = record;
    const [path = '', query = ''] = url.split('?');
    const authorization = headers.authorization ?? '';
    const changed: readonly SignedRecord[] = [
      { ...record, url: `${path}x${query && `?${query}`}` },
      { ...record, url: `${path}?${query}&more=1` },
      { ...record, method: method === 'GET' ? 'DELETE' : 'PUT' },
      ...(isUnsigned(record) ? [] : [{ ...record, body: `${body} ` }]),
      withHeaders(record, { authorization: flip(authorization) }),
      ...signedNames(record)
        .filter((name) => name !== 'x-sdk-date')
        .map((name) => withHeaders(record, { [name]: `${headers[name]}x` })),
    ];
    for (const other of changed)
      expect(verify(other)).toMatchObject({
        ok: false,
        why: expect.stringMatching(/^(signature|security token|body hash)$/),
      });
    const later = withHeaders(record, { 'x-sdk-date': '20261128T083000Z' });
    expect(verify(later)).toMatchObject({ ok: false, why: 'signature' });
    const keys = KEYS.map((key) => ({ ...key, sk: `${key.sk}x` }));
    expect(verify(record, { keys })).toEqual({ ok: false, why: 'signature', ak: akOf(record) });
    expect(verify(record, { keys: [] })).toEqual({
      ok: false,
      why: 'unknown key',
      ak: akOf(record),
    });
  });

  it.each(titled)('%s, whatever signed header is missing', (_, record) => {
    for (const name of signedNames(record)) {
      const { [name]: __, ...headers } = record.headers;
      expect(verify({ ...record, headers }, { now: dateOf(record) })).toMatchObject({
        why: 'signed headers',
      });
    }
  });

  const scoped = oneOf(({ headers }) => /sdk_request/.test(headers.authorization ?? ''));
  it.each([
    ['of another day', '/20261128/', '/20261127/', 'date'],
    ['of another region', '///sdk_request', '/eu-de//sdk_request', 'signature'],
    ['of another service', '///sdk_request', '//dli/sdk_request', 'signature'],
    ['that is none', '///sdk_request', '//sdk_request', 'unreadable authorization'],
    ['with another end', '///sdk_request', '///aws4_request', 'unreadable authorization'],
    ['called otherwise', 'SDK-HMAC-SHA256', 'SDK-HMAC-SM3', 'unreadable authorization'],
    ['called derived', 'SDK-HMAC-SHA256', 'V11-HMAC-SHA256', 'unreadable authorization'],
  ])('a scope %s', (_, from, to, why) => {
    const authorization = scoped.headers.authorization?.replace(from, to) ?? '';
    expect(verify(withHeaders(scoped, { authorization }))).toMatchObject({ ok: false, why });
  });

  it('a temporary key’s token, which golangsdk does not sign, must be the key’s all the same', () => {
    const record = oneOf(
      (one) => 'x-security-token' in one.headers && !signedNames(one).includes('x-security-token'),
    );
    expect(verify(record)).toMatchObject({ ok: true });
    const { 'x-security-token': _, ...headers } = record.headers;
    expect(verify({ ...record, headers })).toMatchObject({ why: 'security token' });
    expect(verify(withHeaders(record, { 'x-security-token': 'another' }))).toMatchObject({
      why: 'security token',
    });
  });
});
