import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { developmentCallers } from '../../local/callers.ts';
import { readCallers } from '../../shared/callers/callers-document.ts';

const schema = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../docs/callers.schema.json'), 'utf8'),
);
const isBySchema = new Ajv.default({ strict: false }).compile(schema);

const DIGEST = 'a'.repeat(64);
const OTHER = 'b'.repeat(64);
const grants = [{ projects: ['p'], operations: ['dli.stop'], jobs: ['131'] }];
const bot = { id: 'deploy-bot', proofs: [{ kind: 'bearer', sha256: DIGEST }], grants };

const read = (...callers: readonly unknown[]) => readCallers(JSON.stringify({ callers }));
const faultsOf = (...callers: readonly unknown[]): readonly string[] => {
  const reading = read(...callers);
  return reading.ok ? [] : reading.faults.map(({ pointer, detail }) => `${pointer}: ${detail}`);
};

describe('the secret with the callers', () => {
  it('has a caller with proofs and grants', () => {
    expect(read(bot)).toEqual({ ok: true, callers: [bot] });
  });

  it('takes a caller of each kind, and the published schema does too', () => {
    const callers = developmentCallers('token');
    expect(read(...callers)).toEqual({ ok: true, callers });
    expect([isBySchema({ callers }), isBySchema.errors]).toEqual([true, null]);
  });

  it('takes several proofs of one caller, so that each can be rotated', () => {
    const proofs = [...bot.proofs, { kind: 'bearer', sha256: OTHER }];
    expect(faultsOf({ ...bot, proofs })).toEqual([]);
  });

  it('takes a caller without a grant, who may do nothing', () => {
    expect(faultsOf({ ...bot, grants: [] })).toEqual([]);
  });
});

describe('every fault is named at once, by its pointer', () => {
  it.each([
    ['no callers', [], '#/callers: must be a list of 1 to 1000'],
    ['no id', [{ ...bot, id: undefined }], '#/callers/0/id: is required'],
    ['an id of results', [{ ...bot, id: 'direct' }], /^#\/callers\/0\/id: must not be one of/],
    ['no proof', [{ ...bot, proofs: [] }], '#/callers/0/proofs: must be a list of 1 to 20'],
    [
      'an unknown kind',
      [{ ...bot, proofs: [{ kind: 'password' }] }],
      /^#\/callers\/0\/proofs\/0\/kind: must be one of bearer, basic/,
    ],
    [
      'a token that is not hashed',
      [{ ...bot, proofs: [{ kind: 'bearer', sha256: 'S3CRET' }] }],
      /^#\/callers\/0\/proofs\/0\/sha256: must be a SHA-256 digest/,
    ],
    [
      'IAM without an id',
      [{ ...bot, proofs: [{ kind: 'iam' }] }],
      '#/callers/0/proofs/0: must have user_id or domain_id',
    ],
    ['no grants', [{ ...bot, grants: undefined }], '#/callers/0/grants: is required'],
    [
      'an unknown operation',
      [{ ...bot, grants: [{ projects: ['p'], operations: ['dli.list'] }] }],
      /^#\/callers\/0\/grants\/0\/operations\/0: must be one of dli.run/,
    ],
    [
      'a star for jobs',
      [{ ...bot, grants: [{ projects: ['*'], operations: ['*'], jobs: ['*'] }] }],
      /^#\/callers\/0\/grants\/0\/jobs\/0: must be a job id: leave jobs out/,
    ],
    [
      'an id twice',
      [bot, { ...bot, proofs: [{ kind: 'github', secret: 's' }] }],
      '#/callers/1/id: is the id of another caller too',
    ],
    [
      'a token twice',
      [bot, { ...bot, id: 'b' }],
      '#/callers/1/proofs/0: is a proof of another caller too',
    ],
    [
      'an access key twice',
      [
        {
          ...bot,
          proofs: ['one', 'two'].map((secret_key) => ({
            kind: 'vendor-key',
            access_key: 'AK',
            secret_key,
          })),
        },
      ],
      '#/callers/0/proofs/1/access_key: stands in another proof too',
    ],
  ])('%s', (_, callers, fault) => {
    const faults = faultsOf(...callers);
    expect(faults).toEqual([typeof fault === 'string' ? fault : expect.stringMatching(fault)]);
  });

  it('also several at once', () => {
    expect(
      faultsOf({ ...bot, id: 'a b', grants: [{ projects: ['/'], operations: ['x'] }] }),
    ).toEqual([
      expect.stringContaining('#/callers/0/id:'),
      expect.stringContaining('#/callers/0/grants/0/projects/0:'),
      expect.stringContaining('#/callers/0/grants/0/operations/0:'),
    ]);
  });
});

describe('no fault shows a secret', () => {
  const SECRET = 'S3CRET-zebra';
  it.each([
    ['as an unknown field', { callers: [{ ...bot, [SECRET]: 1 }] }],
    [
      'as a field of a proof',
      { callers: [{ ...bot, proofs: [{ kind: 'basic', [SECRET]: SECRET }] }] },
    ],
    ['as a kind', { callers: [{ ...bot, proofs: [{ kind: SECRET }] }] }],
    ['as a proof', { callers: [{ ...bot, proofs: [SECRET] }] }],
    ['as an id', { callers: [{ ...bot, id: `${SECRET} ` }] }],
    [
      'as a project',
      { callers: [{ ...bot, grants: [{ projects: [`${SECRET}/`], operations: [SECRET] }] }] },
    ],
    ['at the top', { [SECRET]: SECRET }],
    ['as all', SECRET],
  ])('%s', (_, value) => {
    const reading = readCallers(JSON.stringify(value));
    expect(reading.ok).toBe(false);
    expect(JSON.stringify(reading)).not.toContain('zebra');
  });

  it('not even of a text that is no JSON', () => {
    for (const text of [SECRET, `{"callers": ${SECRET}`, `{"${SECRET}":}`])
      expect(JSON.stringify(readCallers(text))).not.toContain('zebra');
  });

  it('and no text makes the reader throw', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(read(value).ok).toBe(false);
        expect(readCallers(JSON.stringify(value)).ok).toBe(false);
      }),
    );
  });
});

describe('the published schema and the reader agree', () => {
  const variants: readonly unknown[] = [
    bot,
    { ...bot, more: 1 },
    { ...bot, id: 'a b' },
    { ...bot, id: 'rule' },
    { ...bot, proofs: [{ kind: 'iam', user_id: 'u' }] },
    { ...bot, proofs: [{ kind: 'iam' }] },
    { ...bot, proofs: [{ kind: 'bearer', sha256: DIGEST, user: 'u' }] },
    { ...bot, proofs: [{ kind: 'standard-webhooks', secret: 'whsec_short' }] },
    { ...bot, hook: 'text' },
    { ...bot, grants: [{ projects: ['*'], operations: ['*'] }] },
    { ...bot, grants: [{ projects: [], operations: ['*'] }] },
    { ...bot, grants: [{ projects: ['*'], operations: ['*'], jobs: ['*'] }] },
  ];
  it.each(variants.map((caller) => [JSON.stringify(caller).slice(0, 150), caller]))(
    '%s',
    (_, caller) => {
      expect(isBySchema({ callers: [caller] })).toBe(read(caller).ok);
    },
  );
});
