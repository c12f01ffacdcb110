import { describe, expect, it } from 'vitest';
import type { Caller } from '../../shared/callers/caller.ts';
import type { TokenReading } from '../../shared/callers/iam-reply.ts';
import {
  findIamCaller,
  type IamIdentity,
  iamScheme,
  withinProject,
} from '../../shared/callers/iam-scheme.ts';

const NOW = new Date('2026-11-28T12:00:00Z');
const TOKEN = `MII${'x'.repeat(200)}`;

const caller = (id: string): Caller => ({
  id,
  grants: [{ projects: ['*'], operations: ['dli.stop'], jobs: ['1'] }],
});

const requestWith = (headers: Record<string, string>) => ({
  method: 'POST',
  paths: ['/v1/intents'],
  query: '',
  headers,
  body: new Uint8Array(),
});

describe('a token of IAM is its caller’s', () => {
  const holder = { userId: 'u', domainId: 'd', projectId: 'p', expiresAt: 0 };
  const identities = [{ caller: caller('ops'), user_id: 'u' }];
  const proveWith = async (reading: TokenReading) =>
    iamScheme(identities, async () => reading)(requestWith({ 'x-auth-token': TOKEN }), NOW);

  it('for its own project alone, whatever the caller may do besides', async () => {
    expect(await proveWith({ kind: 'valid', holder })).toEqual({
      kind: 'proved',
      caller: { id: 'ops', grants: [{ projects: ['p'], operations: ['dli.stop'], jobs: ['1'] }] },
    });
  });

  it('a refused one proves nothing, and the log says why', async () => {
    expect(await proveWith({ kind: 'refused', why: 'IAM answered 401' })).toEqual({
      kind: 'failed',
      check: 'iam: IAM answered 401',
    });
    const stranger = { ...holder, userId: 'x' };
    for (const reading of [{ kind: 'valid', holder: stranger }, { kind: 'stranger' }] as const)
      expect(await proveWith(reading)).toEqual({
        kind: 'stranger',
        check: 'iam: no caller has its user or domain',
      });
  });

  it('one of which IAM says nothing is neither good nor bad', async () => {
    expect(await proveWith({ kind: 'unavailable', reason: 'IAM: timeout' })).toEqual({
      kind: 'unavailable',
      check: 'iam: IAM: timeout',
    });
  });

  it('one that IAM does not take as it was sent is its sender’s fault', async () => {
    const reason = 'IAM answered 431 and nothing of the token';
    expect(await proveWith({ kind: 'unfit', reason })).toEqual({
      kind: 'unfit',
      check: `iam: ${reason}`,
    });
  });

  it('one of a source that sent too many bad ones is told when to come again', async () => {
    const reading = { kind: 'throttled', reason: 'too many', retryAfterSeconds: 1 } as const;
    expect(await proveWith(reading)).toEqual({
      kind: 'throttled',
      check: 'iam: too many',
      retryAfterSeconds: 1,
    });
  });

  it.each([
    ['none', {}],
    ['one of ours, which is shorter', { 'x-auth-token': 'f'.repeat(64) }],
    ['two', { 'x-auth-token': `${TOKEN},${TOKEN}` }],
    ['one that is no header’s word', { 'x-auth-token': `${TOKEN}\n` }],
    ['one without end', { 'x-auth-token': 'M'.repeat(40_000) }],
  ])('%s never goes to IAM', async (_, headers) => {
    const asked: string[] = [];
    const scheme = iamScheme(identities, async ({ token }) => {
      asked.push(token);
      return { kind: 'refused', why: '' };
    });
    expect(await scheme(requestWith(headers), NOW)).toEqual({ kind: 'absent' });
    expect(asked).toEqual([]);
  });
});

describe('whose a token is', () => {
  const identities: readonly IamIdentity[] = [
    { caller: caller('domain'), domain_id: 'd' },
    { caller: caller('user'), user_id: 'u' },
    { caller: caller('both'), user_id: 'w', domain_id: 'e' },
    { caller: caller('nothing') },
  ];
  it.each([
    ['a user’s own entry, before its domain’s', 'u', 'd', 'user'],
    ['its domain’s', 'other', 'd', 'domain'],
    ['that of a user in a domain', 'w', 'e', 'both'],
    ['none, if one of the two differs', 'w', 'f', undefined],
    ['none', 'x', 'y', undefined],
  ])('%s', (_, userId, domainId, id) => {
    expect(findIamCaller(identities, { userId, domainId })?.id).toBe(id);
  });
});

describe('a token opens its project, and no other', () => {
  const grants = [
    { projects: ['p', 'q'], operations: ['*'] },
    { projects: ['q'], operations: ['dli.run'] },
  ];
  const all = [{ projects: ['*'], operations: ['*'] }];
  it.each([
    ['p', [{ projects: ['p'], operations: ['*'] }]],
    [
      'q',
      [
        { projects: ['q'], operations: ['*'] },
        { projects: ['q'], operations: ['dli.run'] },
      ],
    ],
    ['r', []],
    [undefined, []],
    ['*', []],
  ])('%s', (project, opened) => {
    expect(withinProject({ id: 'a', grants }, project).grants).toEqual(opened);
  });

  it('also if the caller may act on every project', () => {
    const projectsOf = (project: string | undefined) =>
      withinProject({ id: 'a', grants: all }, project).grants.map(({ projects }) => projects);
    expect(['p', '*', undefined].map(projectsOf)).toEqual([[['p']], [], []]);
  });
});
