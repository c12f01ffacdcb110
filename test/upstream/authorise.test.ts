import { describe, expect, it } from 'vitest';
import { MisconfiguredError } from '../../shared/json/settings.ts';
import type { ProjectId } from '../../shared/operations/operation.ts';
import { readReply } from '../../shared/reply/read-reply.ts';
import type { Credential } from '../../shared/upstream/credentials.ts';
import {
  isLogin,
  ok,
  P1,
  pair,
  run,
  secretOf,
  startAuthorised,
  together,
  user,
} from '../support/authorise-room.ts';
import { ANY_TIME } from '../support/deadlines.ts';
import { fingerprint } from '../support/fingerprints.ts';

describe('a request goes out as the vendor asks', () => {
  it('under an id of its own, by which it is found in the upstream’s logs', async () => {
    const { send, sent } = startAuthorised();
    const replies = [await send(run(), ANY_TIME), await send(run(), ANY_TIME)];
    expect(replies.map(({ requestId }) => requestId)).toEqual(['id-1', 'id-2']);
    expect(sent.map(({ headers }) => headers['x-request-id'])).toEqual(['id-1', 'id-2']);
  });

  it('with the signal that abandons it, its login included', async () => {
    const signals: unknown[] = [];
    const { send, issue } = startAuthorised({
      secret: secretOf(user('right')),
      exchange: async (outgoing, signal) => {
        signals.push(signal);
        return isLogin(outgoing) ? issue() : ok;
      },
    });
    await send(run(), ANY_TIME);
    expect(signals).toEqual([ANY_TIME.signal, ANY_TIME.signal]);
  });

  it('signed, with the project and what names us', async () => {
    const { go, sent } = startAuthorised();
    expect(await go()).toEqual(readReply(ok));
    const { authorization, ...headers } = sent[0]?.headers ?? {};
    expect({ ...sent[0], headers }).toEqual({
      method: 'POST',
      url: 'https://dli.example.com/v1.0/p1/streaming/jobs/run',
      body: '{"job_ids":[9223372036854775807]}',
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        host: 'dli.example.com',
        'user-agent': 'job-fanin/1.2.3',
        'x-language': 'zh-cn',
        'x-project-id': 'p1',
        'x-request-id': 'id-1',
        'x-sdk-date': '20260131T120000Z',
      },
    });
    expect(authorization).toMatch(
      /^SDK-HMAC-SHA256 Access=AKID-one, SignedHeaders=content-type;host;x-project-id;x-sdk-date, Signature=/,
    );
  });

  it('to the endpoint of its service, or the one that its project has', async () => {
    const { go, sent } = startAuthorised({
      secret: JSON.stringify({
        projects: {
          p1: { ...pair('one'), endpoints: { dli: 'https://dli.example.org/x/' } },
          '*': pair('two'),
        },
      }),
    });
    await go();
    await go({ ...run(), service: 'drs', method: 'GET', path: '/v3/p1/jobs' });
    await go(run('p2' as ProjectId));
    expect(sent.map(({ url }) => url)).toEqual([
      'https://dli.example.org/x/v1.0/p1/streaming/jobs/run',
      'https://drs.example.com/base/v3/p1/jobs',
      'https://dli.example.com/v1.0/p2/streaming/jobs/run',
    ]);
  });

  it('with a token of its project, fetched once', async () => {
    const { go, who, sent } = startAuthorised({ secret: secretOf(user('right')) });
    await together(3, go);
    await go(run('p2' as ProjectId));
    const shown = ['', 'token-number-1', 'token-number-1', 'token-number-1', '', 'token-number-2'];
    expect(who()).toEqual(shown);
    expect(sent[1]?.headers.authorization).toBeUndefined();
    expect(sent[0]).toMatchObject({
      url: 'https://iam.example.com/v3/auth/tokens?nocatalog=1',
      headers: { 'user-agent': 'job-fanin/1.2.3', 'x-request-id': expect.any(String) },
    });
  });
});

describe('who has no credential sends nothing', () => {
  it('a project without an entry', async () => {
    const { go, identify, sent } = startAuthorised({ secret: secretOf(pair('one'), 'other') });
    expect(await identify(P1)).toEqual({ kind: 'none' });
    expect(await go()).toMatchObject({ kind: 'unsent', why: 'held' });
    expect(sent).toEqual([]);
  });

  it.each([new Error('down'), new MisconfiguredError('there is none')])(
    'nor while the secret cannot be had: %s',
    async (error) => {
      const { go, identify, source, sent, clock } = startAuthorised();
      source.says = error;
      expect(await identify(P1)).toEqual({ kind: 'out of reach' });
      expect(await go()).toMatchObject({ kind: 'unsent', why: 'held' });
      expect(sent).toEqual([]);
      source.says = secretOf(pair('one'));
      clock.now += 5_000;
      expect(await go()).toEqual(readReply(ok));
    },
  );

  it('a key is known by its fingerprint', async () => {
    const { identify } = startAuthorised();
    const { ak: access, sk: secret } = pair('one');
    const key = await fingerprint({ kind: 'key', access, secret });
    expect(await identify(P1)).toEqual({ kind: 'known', key });
  });
});

describe('a fingerprint is made once for each credential', () => {
  it('however many projects have it, and whether the secret is read anew', async () => {
    const made: Credential[] = [];
    const entries = (...passwords: readonly string[]) =>
      Object.fromEntries(
        Array.from({ length: 100 }, (_, i) => [
          `p${i}`,
          user(passwords[i % passwords.length] ?? ''),
        ]),
      );
    const secretWith = (...passwords: readonly string[]) =>
      JSON.stringify({ projects: entries(...passwords) });
    const { identify, source, clock } = startAuthorised({
      secret: secretWith('first', 'second'),
      fingerprint: async (credential) => {
        made.push(credential);
        return JSON.stringify(credential);
      },
    });
    const all = () =>
      Promise.all(Array.from({ length: 100 }, (_, i) => identify(`p${i}` as ProjectId)));
    expect(new Set((await all()).map((one) => JSON.stringify(one))).size).toBe(2);
    source.says = secretWith('second', 'third');
    clock.now += 300_000;
    await all();
    expect(made).toMatchObject([
      { password: 'first' },
      { password: 'second' },
      { password: 'third' },
    ]);
  });
});

describe('a fingerprint that could not be made', () => {
  it('is made anew for the next who asks', async () => {
    let tries = 0;
    const { identify } = startAuthorised({
      fingerprint: async () => {
        if (++tries === 1) throw new Error('out of memory');
        return 'key';
      },
    });
    await expect(identify(P1)).rejects.toThrow('out of memory');
    expect(await identify(P1)).toEqual({ kind: 'known', key: 'key' });
  });
});
