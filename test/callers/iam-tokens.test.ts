import { describe, expect, it } from 'vitest';
import type { TokenHolder, TokenReading } from '../../shared/callers/iam-reply.ts';
import { makeReadToken } from '../../shared/callers/iam-tokens.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = 1_000_000_000;

const holder = (changes: Partial<TokenHolder> = {}): TokenHolder => ({
  userId: 'user',
  domainId: 'domain',
  projectId: 'project',
  expiresAt: NOW + 24 * HOUR,
  ...changes,
});
const valid = (changes: Partial<TokenHolder> = {}): TokenReading => ({
  kind: 'valid',
  holder: holder(changes),
});
const refused: TokenReading = { kind: 'refused', why: 'IAM answered 401' };
const silent: TokenReading = { kind: 'unavailable', reason: 'IAM: timeout' };

/** A reader of tokens, and what IAM was asked. */
const begin = (answer: (token: string) => TokenReading | Promise<TokenReading> = () => valid()) => {
  const asked: string[] = [];
  const known = { all: true };
  const readToken = makeReadToken(async (token) => {
    asked.push(token);
    return answer(token);
  });
  const read = (token: string, now: number, source?: string) =>
    readToken({ token, source }, now, () => known.all);
  return { read, asked, known };
};

describe('IAM’s answer counts for a while', () => {
  it('ten minutes at most', async () => {
    const { read, asked } = begin();
    for (const ms of [0, 1, 10 * MINUTE - 1]) expect(await read('t', NOW + ms)).toEqual(valid());
    expect(asked).toEqual(['t']);
    await read('t', NOW + 10 * MINUTE);
    expect(asked).toEqual(['t', 't']);
  });

  it('shorter if the token ends sooner, and never beyond its end', async () => {
    const ends = NOW + 2 * MINUTE;
    const { read, asked } = begin(() => valid({ expiresAt: ends }));
    await read('t', NOW);
    await read('t', ends - 30_001);
    expect(asked).toHaveLength(1);
    expect(await read('t', ends - 30_000)).toMatchObject({ kind: 'valid' });
    expect(asked).toHaveLength(2);
    expect(await read('t', ends)).toEqual({ kind: 'refused', why: 'expired' });
  });

  it('a refusal for a minute', async () => {
    const { read, asked } = begin(() => refused);
    for (const ms of [0, MINUTE - 1]) expect(await read('t', NOW + ms)).toEqual(refused);
    expect(asked).toHaveLength(1);
    await read('t', NOW + MINUTE);
    expect(asked).toHaveLength(2);
  });

  it('each token has its own', async () => {
    const { read, asked } = begin((token) => (token === 'good' ? valid() : refused));
    expect(await read('good', NOW)).toEqual(valid());
    expect(await read('bad', NOW)).toEqual(refused);
    expect(await read('good', NOW)).toEqual(valid());
    expect(asked).toEqual(['good', 'bad']);
  });
});

it('equal tokens that come together are asked about once', async () => {
  const { promise, resolve } = Promise.withResolvers<TokenReading>();
  const { read, asked } = begin(() => promise);
  const readings = [read('t', NOW), read('t', NOW), read('t', NOW + 1)];
  resolve(valid());
  expect(await Promise.all(readings)).toEqual([valid(), valid(), valid()]);
  expect(asked).toEqual(['t']);
});

it('a good token of a holder that is no caller is a stranger’s', async () => {
  const { read, known, asked } = begin();
  known.all = false;
  const foreign = { kind: 'stranger' };
  expect(await read('t', NOW)).toEqual(foreign);
  expect(await read('t', NOW)).toEqual(foreign);
  expect(asked).toHaveLength(1);
});

describe('while IAM says nothing', () => {
  it('new tokens wait five seconds, and IAM is left in peace', async () => {
    const answers = [silent, valid()];
    const { read, asked } = begin(() => answers.shift() ?? valid());
    expect(await read('a', NOW)).toEqual(silent);
    expect(await read('a', NOW + 4_999)).toMatchObject({ kind: 'unavailable' });
    expect(await read('b', NOW + 4_999)).toMatchObject({ kind: 'unavailable' });
    expect(asked).toEqual(['a']);
    expect(await read('a', NOW + 5_000)).toEqual(valid());
  });

  it('a token that is known goes on until its ten minutes are over', async () => {
    const answers = [valid(), silent, silent];
    const { read } = begin(() => answers.shift() ?? valid());
    await read('a', NOW);
    await read('b', NOW + 1);
    expect(await read('a', NOW + 2)).toEqual(valid());
    expect(await read('a', NOW + 10 * MINUTE)).toEqual(silent);
  });
});

describe('a flood of bad tokens is no flood upstream', () => {
  const flood = Array.from({ length: 5_000 }, (_, i) => `bad-${i}`);

  it('twenty new ones a minute are asked about, and the good one goes on', async () => {
    const { read, asked } = begin((token) => (token === 'good' ? valid() : refused));
    await read('good', NOW);
    for (const token of flood) await read(token, NOW + 1);
    expect(asked).toHaveLength(21);
    expect(await read('bad-4000', NOW + 1)).toEqual({
      kind: 'throttled',
      reason: 'too many unknown tokens',
      retryAfterSeconds: 1,
    });
    expect(await read('good', NOW + 1)).toEqual(valid());
    // Twenty more, all at once.
    for (const token of ['bad-4000', 'bad-4001'])
      expect(await read(token, NOW + 1 + MINUTE)).toEqual(refused);
  });

  it('then one a second, so that a new good one comes in', async () => {
    const { read, asked } = begin((token) => (token === 'good' ? valid() : refused));
    for (const token of flood) await read(token, NOW);
    expect(await read('good', NOW + 999)).toMatchObject({ kind: 'throttled' });
    expect(await read('good', NOW + 1_000)).toEqual(valid());
    expect(await read('bad-4000', NOW + 1_001)).toMatchObject({ kind: 'throttled' });
    expect(asked).toHaveLength(21);
  });

  it('one that IAM cannot even read counts as a bad one, and silences no other', async () => {
    const unreadable: TokenReading = { kind: 'unreadable', reason: 'IAM answered 431' };
    const { read } = begin((token) => (token === 'good' ? valid() : unreadable));
    expect(await read('long', NOW)).toEqual(unreadable);
    expect(await read('long', NOW)).toEqual(unreadable);
    expect(await read('good', NOW)).toEqual(valid());
  });

  it('twenty a second from elsewhere keep no new good one out, for ten minutes', async () => {
    const { read, asked } = begin((token) => (token.startsWith('good') ? valid() : refused));
    const kinds = new Set<string>();
    for (let second = 0; second < 600; second++) {
      const now = NOW + second * 1_000;
      for (let i = 0; i < 20; i++) await read(`bad-${second}-${i}`, now + i * 45, '203.0.113.7');
      kinds.add((await read(`good-${second}`, now + 950, '198.51.100.4')).kind);
    }
    expect(kinds).toEqual(new Set(['valid']));
    expect(asked.filter((token) => token.startsWith('bad')).length).toBeLessThan(20 + 600);
  });

  it('a network of IPv6 is one source, however many addresses it has', async () => {
    const { read, asked } = begin(() => refused);
    for (const [i, token] of flood.entries())
      await read(token, NOW, `2001:db8:1:2:${i.toString(16)}::1`);
    expect(asked).toHaveLength(20);
    expect(await read('other', NOW, '2001:db8:1:3::1')).toEqual(refused);
  });

  it('from very many sources, those that sent a bad one share a turn, and a blameless one does not wait', async () => {
    const { read, asked } = begin((token) => (token === 'good' ? valid() : refused));
    const sources = flood.map((_, i) => `203.0.${i >> 8}.${i & 255}`).slice(0, 250);
    for (const source of sources) for (const n of [1, 2]) await read(`${source} ${n}`, NOW, source);
    expect(asked.length).toBeLessThan(200 + 251);
    expect(await read('late', NOW, sources[0])).toMatchObject({ kind: 'throttled' });
    expect(await read('good', NOW, '198.51.100.4')).toEqual(valid());
  });

  it('eight at once, and two of a source that sent a bad one', async () => {
    const bad = '203.0.113.1';
    const { promise, resolve } = Promise.withResolvers<TokenReading>();
    const { read, asked } = begin((token) => (token === 'bad' ? refused : promise));
    await read('bad', NOW, bad);
    const readings = flood.slice(0, 100).map((token) => read(token, NOW, bad));
    expect(asked).toHaveLength(1 + 2);
    readings.push(...flood.slice(100, 200).map((token) => read(token, NOW, '198.51.100.4')));
    expect(asked).toHaveLength(1 + 8);
    resolve(refused);
    const kinds = (await Promise.all(readings)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'throttled')).toHaveLength(192);
    await read('next', NOW + MINUTE, bad);
    expect(asked).toContain('next');
  });
});
