import { describe, expect, it } from 'vitest';
import { readCallersConfig } from '../../shared/edge/callers-config.ts';
import { problems } from '../support/settings.ts';

const RULE = 'CALLERS_SECRET_ID or CALLERS_FILE must be set, and not both';
const FILE = { CALLERS_FILE: 'callers.json' };

const problemsOf = (environment: Readonly<Record<string, string>>): readonly string[] =>
  problems(() => readCallersConfig(environment));

describe('accept-http finds its callers', () => {
  it('in a secret or in a file', () => {
    expect(readCallersConfig({ CALLERS_SECRET_ID: 's' })).toEqual({
      secret: { id: 's', file: '' },
      ttlMs: 300_000,
      limit: undefined,
      iam: undefined,
    });
    expect(readCallersConfig({ ...FILE, SECRETS_TTL_SECONDS: '1' })).toMatchObject({
      secret: { id: undefined, file: 'callers.json' },
      ttlMs: 1_000,
    });
  });

  it('and not in both, nor in none: without callers no request would come in', () => {
    expect(problemsOf({})).toEqual([RULE]);
    expect(problemsOf({ CALLERS_SECRET_ID: '', CALLERS_FILE: '' })).toEqual([RULE]);
    expect(problemsOf({ ...FILE, CALLERS_SECRET_ID: 's' })).toEqual([RULE]);
  });

  it('every problem is named at once', () => {
    expect(problemsOf({ CALLER_RATE: '0', SECRETS_TTL_SECONDS: 'x' })).toEqual([
      'SECRETS_TTL_SECONDS must be a whole number from 1 to 86400',
      'CALLER_RATE must be a whole number from 1 to 100000',
      RULE,
    ]);
  });
});

describe('a caller has a rate if the settings say so', () => {
  it('with a burst of twice the rate, or of its own', () => {
    expect(readCallersConfig({ ...FILE, CALLER_RATE: '50' }).limit).toEqual({
      rate: 50,
      burst: 100,
    });
    expect(readCallersConfig({ ...FILE, CALLER_RATE: '50', CALLER_BURST: '1' }).limit).toEqual({
      rate: 50,
      burst: 1,
    });
  });

  it('a burst without a rate is a problem', () => {
    expect(problemsOf({ ...FILE, CALLER_BURST: '1' })).toEqual([
      'CALLER_RATE must be set beside CALLER_BURST',
    ]);
  });
});

const iamOf = (IAM_ENDPOINT: string): string | undefined =>
  readCallersConfig({ CALLERS_FILE: 'callers.json', IAM_ENDPOINT }).iam;

describe('tokens of callers go to IAM over https, or stay on this machine', () => {
  it.each([
    ['https://iam.eu-de.otc.t-systems.com/', 'https://iam.eu-de.otc.t-systems.com'],
    ['http://127.0.0.1:3001', 'http://127.0.0.1:3001'],
    ['http://[::1]:3001', 'http://[::1]:3001'],
    ['http://localhost', 'http://localhost'],
    ['', undefined],
  ])('%s', (text, url) => {
    expect(iamOf(text)).toBe(url);
  });

  it.each([
    'http://iam.eu-de.otc.t-systems.com',
    'http://localhost.example.com',
    'http://127.0.0.1.example.com',
    'http://10.0.0.1',
  ])('not %s', (text) => {
    expect(() => iamOf(text)).toThrow(/IAM_ENDPOINT must be an https URL/);
  });
});
