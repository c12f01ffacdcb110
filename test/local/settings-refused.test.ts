import { describe, expect, it, test } from 'vitest';
import { explain } from '../../local/messages.ts';
import { readStackSettings, type Settings } from '../../local/settings.ts';
import { startStack } from '../../local/stack.ts';
import type { Environment } from '../../shared/json/settings.ts';

const problemsOf = (environment: Environment): string => {
  try {
    readStackSettings(environment);
    return '';
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : 'no error';
  }
};

describe('the development key opens no upstream but one on this machine', () => {
  const NEEDED = /^MisconfiguredError: Settings: UPSTREAM_SECRETS_FILE must be set when [^;]+$/;

  it.each([
    'https://dli.eu-de.otc.t-systems.com',
    'http://10.0.0.1:8080',
    'http://127.0.0.1.example.com',
    'http://localhost.example.com',
    'http://[::2]',
    'http://128.0.0.1',
  ])('%s needs UPSTREAM_SECRETS_FILE, whichever service it is', (url) => {
    expect(problemsOf({ DLI_ENDPOINT: url })).toMatch(NEEDED);
    expect(problemsOf({ DRS_ENDPOINT: url })).toMatch(NEEDED);
    expect(problemsOf({ DLI_ENDPOINT: url, DRS_ENDPOINT: 'http://127.0.0.1' })).toMatch(NEEDED);
    expect(problemsOf({ DLI_ENDPOINT: url, UPSTREAM_SECRETS_FILE: 'x' })).toBe('');
  });

  it.each([
    'http://127.0.0.1:1',
    'http://127.9.8.7',
    'https://localhost',
    'http://LOCALHOST.:80',
    'http://[::1]:8080/under',
    'http://[0:0:0:0:0:0:0:1]',
    'http://0x7f.1',
  ])('%s needs none', (url) => {
    expect(problemsOf({ DLI_ENDPOINT: url, DRS_ENDPOINT: url })).toBe('');
  });
});

test('no key pair is signed by so often at once that its end locks it', () => {
  const rule =
    /^MisconfiguredError: Settings: CALLS_PER_KEY times MAX_CONCURRENCY must not exceed 4: /;
  for (const set of [{ CALLS_PER_KEY: '3' }, { MAX_CONCURRENCY: '5' }])
    expect(problemsOf(set)).toMatch(rule);
  expect(problemsOf({ CALLS_PER_KEY: '4', MAX_CONCURRENCY: '1' })).toBe('');
  expect(problemsOf({ CALLS_PER_KEY: '1', MAX_CONCURRENCY: '4' })).toBe('');
});

/** What a stack says that cannot start. */
const lineOf = async (environment: Environment): Promise<string> => {
  let settings: Settings | undefined;
  try {
    settings = readStackSettings({ PORT: '0', ...environment });
    const stack = await startStack(settings);
    await stack.stop();
    return 'it started';
  } catch (error) {
    return explain(error, settings);
  }
};

describe('what cannot be started is one clear line', () => {
  test.for<[Environment, RegExp]>([
    [{ MAX_JOBS_PER_CALL: '0' }, /MAX_JOBS_PER_CALL must be a whole number/],
    [{ BATCH_SIZE: '11', BATCH_WINDOW_SECONDS: '0' }, /BATCH_SIZE above 10 needs/],
    [{ MAX_JOBS_PER_CALL_ALL: '5' }, /^Settings: MAX_JOBS_PER_CALL_ALL is not a setting/],
    [{ AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1' }, /^Settings: LEDGER_TABLE must be set/],
    [{ DLI_ENDPOINT: 'http://192.0.2.1' }, /^Settings: UPSTREAM_SECRETS_FILE must be set/],
    [
      { UPSTREAM_SECRETS_FILE: 'package.json' },
      /^UPSTREAM_SECRETS_FILE cannot be used: .*projects/,
    ],
    [
      { AWS_USE_FIPS_ENDPOINT: 'true' },
      /^Settings: AWS_USE_FIPS_ENDPOINT cannot be true: .*Unset it for npm start$/m,
    ],
    [{ AWS_REGION: 'fips-us-east-1' }, /^Settings: AWS_REGION must be the name of a region/],
    [{ HOST: '0.0.0.0' }, /^Settings: CALLERS_FILE or DEV_TOKEN must be set when HOST is not this/],
    [
      { CALLERS_FILE: 'package.json' },
      /^CALLERS_FILE cannot be used: #: has a field that is not known; #\/callers: is required$/m,
    ],
    [
      { HOST: '203.0.113.1', DEV_TOKEN: 'x' },
      /^HOST 203\.0\.113\.1 is not an address of this machine/,
    ],
  ])('%j', async ([settings, line]) => {
    const said = await lineOf(settings);
    expect(said).toMatch(line);
    expect(said.split('\n')).toHaveLength(1);
  });
});

describe('what would be ignored in silence is said', () => {
  test.each<[Environment, RegExp]>([
    [
      { AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:8000' },
      /^MisconfiguredError: Settings: LEDGER_TABLE must be set beside AWS_ENDPOINT_URL_DYNAMODB: /,
    ],
    [
      { MAX_JOBS_PER_CALL_DLI_RUNS: '5' },
      /^MisconfiguredError: Settings: MAX_JOBS_PER_CALL_DLI_RUNS is not a setting: known are MAX_JOBS_PER_CALL_DLI_RUN, /,
    ],
    [{ IAM_ENDPOINT: 'iam.example.com' }, /IAM_ENDPOINT must be an http or https URL/],
  ])('%j', (environment, problem) => {
    expect(problemsOf(environment)).toMatch(problem);
  });

  test('several at once, with the others', () => {
    const problems = problemsOf({
      PORT: 'x',
      MAX_JOBS_PER_CALL_A: '1',
      MAX_JOBS_PER_CALL_B: '1',
      DLI_ENDPOINT: 'http://away.example.com',
      AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:8000',
    });
    for (const name of ['PORT', '_CALL_A ', '_CALL_B ', 'UPSTREAM_SECRETS_FILE', 'LEDGER_TABLE'])
      expect(problems).toContain(name);
    expect(problems.match(/Settings: /g)).toHaveLength(1);
  });

  test('but not what is set to nothing, nor what is in use', () => {
    expect(
      problemsOf({
        MAX_JOBS_PER_CALL_NO: '',
        AWS_ENDPOINT_URL_DYNAMODB: '',
        MAX_JOBS_PER_CALL_DLI_RUN: '5',
        MAX_JOBS_PER_CALL_DRS_START: '5',
      }),
    ).toBe('');
    expect(
      problemsOf({ AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:8000', LEDGER_TABLE: 't' }),
    ).toBe('');
  });
});

test('the functions get the settings of theirs that are set', () => {
  const set = {
    CALLS_PER_KEY: '4',
    MAX_CONCURRENCY: '1',
    SECRETS_TTL_SECONDS: '60',
    CALL_CONCURRENCY: '4',
    CALLS_SECONDS: '20',
  };
  expect(readStackSettings({ ...set, PATH: '/bin' }).forFunctions).toEqual(set);
});
