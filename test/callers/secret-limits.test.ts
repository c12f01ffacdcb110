import { describe, expect, it } from 'vitest';
import { readCallers } from '../../shared/callers/callers-document.ts';

const sha256 = 'a'.repeat(64);
const bearer = { kind: 'bearer', sha256 };
const grant = { projects: ['p'], operations: ['dli.stop'] };
const bot = { id: 'bot', proofs: [bearer], grants: [grant] };

const faultsOf = (...callers: readonly unknown[]): readonly string[] => {
  const reading = readCallers(JSON.stringify({ callers }));
  return reading.ok ? [] : reading.faults.map(({ pointer, detail }) => `${pointer}: ${detail}`);
};

const many = (count: number, prefix: string): readonly string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}${i}`);

/** A bot with one list of so many items. */
const LISTS: readonly [string, number, number, (count: number) => object][] = [
  ['proofs', 1, 20, (n) => ({ ...bot, proofs: Array(n).fill(bearer) })],
  ['grants', 0, 100, (n) => ({ ...bot, grants: Array(n).fill(grant) })],
  [
    'grants/0/projects',
    1,
    1_000,
    (n) => ({ ...bot, grants: [{ ...grant, projects: many(n, 'p') }] }),
  ],
  [
    'grants/0/operations',
    1,
    100,
    (n) => ({ ...bot, grants: [{ ...grant, operations: Array(n).fill('*') }] }),
  ],
  ['grants/0/jobs', 1, 10_000, (n) => ({ ...bot, grants: [{ ...grant, jobs: many(n, 'j') }] })],
];

describe('each list of the secret has its limits', () => {
  it.each(LISTS)('%s: %i to %i', (name, least, most, withList) => {
    const fault = [`#/callers/0/${name}: must be a list of ${least} to ${most}`];
    expect(faultsOf(withList(least))).toEqual([]);
    expect(faultsOf(withList(most))).toEqual([]);
    expect(faultsOf(withList(most + 1))).toEqual(fault);
    if (least > 0) expect(faultsOf(withList(least - 1))).toEqual(fault);
  });

  it('a thousand callers', () => {
    const callers = many(1_001, 'bot').map((id) => ({
      ...bot,
      id,
      proofs: [{ kind: 'github', secret: 's' }],
    }));
    expect(faultsOf(...callers.slice(1))).toEqual([]);
    expect(faultsOf(...callers)).toEqual(['#/callers: must be a list of 1 to 1000']);
  });

  it.each([
    ['callers', { callers: {} }],
    ['callers/0/grants', { callers: [{ ...bot, grants: {} }] }],
  ])('%s: what is no list is told as its length is', (name, secret) => {
    const reading = readCallers(JSON.stringify(secret));
    const faults = reading.ok ? [] : reading.faults;
    expect(faults).toEqual([
      { pointer: `#/${name}`, detail: expect.stringMatching(/^must be a list of \d+ to \d+$/) },
    ]);
  });
});

describe('a name in the secret', () => {
  const ID_RULE = 'must be 1 to 64 letters, digits, dots, hyphens or underscores';
  it.each<[unknown, string | undefined]>([
    ['aZ.0-_', undefined],
    ['i'.repeat(64), undefined],
    ['i'.repeat(65), ID_RULE],
    ['', ID_RULE],
    [' bot', ID_RULE],
    ['bot\n', ID_RULE],
    [5, 'must be a string'],
    ['direct', 'must not be one of direct, rule, http'],
    ['rule', 'must not be one of direct, rule, http'],
    ['http', 'must not be one of direct, rule, http'],
    ['https', undefined],
  ])('of a caller: %j', (id, rule) => {
    expect(faultsOf({ ...bot, id })).toEqual(rule === undefined ? [] : [`#/callers/0/id: ${rule}`]);
  });

  const PROJECT_RULE =
    'must be a project id: 1 to 64 letters, digits, hyphens or underscores, or * for all';
  it.each<[unknown, string | undefined]>([
    ['*', undefined],
    ['aZ_-0', undefined],
    ['p'.repeat(65), PROJECT_RULE],
    ['**', PROJECT_RULE],
    ['a*', PROJECT_RULE],
    ['*a', PROJECT_RULE],
    [5, 'must be a string'],
  ])('of a project: %j', (project, rule) => {
    const grants = [{ ...grant, projects: [project] }];
    expect(faultsOf({ ...bot, grants })).toEqual(
      rule === undefined ? [] : [`#/callers/0/grants/0/projects/0: ${rule}`],
    );
  });

  const JOB_RULE = 'must be a job id: leave jobs out to mean every job';
  it.each<[unknown, string | undefined]>([
    ['!~', undefined],
    ['**', undefined],
    ['j'.repeat(64), undefined],
    ['j'.repeat(65), JOB_RULE],
    ['*', JOB_RULE],
    ['', JOB_RULE],
    ['a b', JOB_RULE],
    [131, 'must be a string'],
  ])('of a job: %j', (job, rule) => {
    expect(faultsOf({ ...bot, grants: [{ ...grant, jobs: [job] }] })).toEqual(
      rule === undefined ? [] : [`#/callers/0/grants/0/jobs/0: ${rule}`],
    );
  });

  it('of an operation: the fault lists them all, and the star', () => {
    const grants = [{ ...grant, operations: ['dli'] }];
    expect(faultsOf({ ...bot, grants })).toEqual([
      '#/callers/0/grants/0/operations/0: must be one of dli.run, dli.stop, dli.delete, drs.start, drs.stop, drs.retry, drs.delete, *',
    ]);
  });
});

describe('what must be an object is nothing else', () => {
  it.each([
    ['#', 5],
    ['#/callers/0', { callers: [5] }],
    ['#/callers/0/grants/0', { callers: [{ ...bot, grants: [5] }] }],
  ])('%s', (pointer, secret) => {
    expect(readCallers(JSON.stringify(secret))).toEqual({
      ok: false,
      faults: [{ pointer, detail: 'must be an object' }],
    });
  });

  it('and an unknown field in it is told where it stands, once, without its name', () => {
    const secret = { callers: [{ ...bot, _a: 1, b: 2, grants: [{ ...grant, _c: 1 }] }], _d: 1 };
    const reading = readCallers(JSON.stringify(secret));
    const places = ['#', '#/callers/0', '#/callers/0/grants/0'];
    expect(reading.ok ? [] : reading.faults).toEqual(
      places.map((pointer) => ({ pointer, detail: 'has a field that is not known' })),
    );
  });
});

describe('what proves one caller proves no other', () => {
  const pair = { kind: 'vendor-key', access_key: 'AK', secret_key: 'SK' };
  const login = { kind: 'basic', user: 'u', password_sha256: sha256 };
  const iam = { kind: 'iam', user_id: 'u', domain_id: 'd' };
  const hook = { kind: 'standard-webhooks', secret: `whsec_${'a'.repeat(16)}` };
  const both = (one: object, other: object): readonly string[] =>
    faultsOf({ ...bot, id: 'a', proofs: [bearer, one] }, { ...bot, id: 'b', proofs: [other] });

  it.each<[string, object, object]>([
    ['a token', bearer, bearer],
    ['a user, by whatever password', login, { ...login, password_sha256: 'b'.repeat(64) }],
    ['an access key, with whatever secret', pair, { ...pair, secret_key: 'other' }],
    ['a user of IAM', iam, iam],
    ['a domain of IAM', { kind: 'iam', domain_id: 'd' }, { kind: 'iam', domain_id: 'd' }],
  ])('%s', (_, one, other) => {
    expect(both(one, other)).toEqual(['#/callers/1/proofs/0: is a proof of another caller too']);
  });

  it.each<[string, object, object]>([
    ['another token', bearer, { ...bearer, sha256: 'b'.repeat(64) }],
    ['another user', login, { ...login, user: 'v' }],
    ['another access key', pair, { ...pair, access_key: 'BK' }],
    ['the same user in another domain', iam, { ...iam, domain_id: 'e' }],
    ['a user and its domain', iam, { kind: 'iam', domain_id: 'd' }],
    ['a secret of GitHub', { kind: 'github', secret: 's' }, { kind: 'github', secret: 's' }],
    ['a secret of a webhook', hook, hook],
  ])('%s is no matter of both', (_, one, other) => {
    expect(both(one, other)).toEqual([]);
  });

  it('of three callers with one id, each but the first is named', () => {
    const callers = ['a', 'b', 'c'].map((digit) => ({
      ...bot,
      proofs: [{ kind: 'bearer', sha256: digit.repeat(64) }],
    }));
    expect(faultsOf(...callers)).toEqual([
      '#/callers/1/id: is the id of another caller too',
      '#/callers/2/id: is the id of another caller too',
    ]);
  });

  it('one caller may have a proof twice, but an access key once', () => {
    expect(faultsOf({ ...bot, proofs: [bearer, bearer, login, login] })).toEqual([]);
    expect(faultsOf({ ...bot, proofs: [bearer, pair, { ...pair, access_key: 'BK' }] })).toEqual([]);
    expect(faultsOf({ ...bot, proofs: [bearer, pair, pair] })).toEqual([
      '#/callers/0/proofs/2/access_key: stands in another proof too',
    ]);
  });
});
