import { describe, expect, it } from 'vitest';
import { readAcceptConfig } from '../../shared/edge/accept-config.ts';
import { readControlConfig } from '../../shared/edge/control-config.ts';
import {
  accept,
  control,
  controlProblems,
  LEDGER_RULE,
  problems,
  SECRET_RULE,
} from '../support/settings.ts';

describe('a bad setting fails at cold start, with every problem', () => {
  it('every missing setting', () => {
    expect(problems(() => readAcceptConfig({}))).toEqual(['QUEUE_URL is not set']);
    const { LEDGER_TABLE: _, UPSTREAM_SECRET_ID: __, ...required } = control;
    const missing = Object.keys(required).map((name) => `${name} is not set`);
    expect(problems(() => readControlConfig({})).toSorted()).toEqual(
      [...missing, LEDGER_RULE, SECRET_RULE].toSorted(),
    );
  });

  it.each([
    [{ CALL_TIMEOUT_SECONDS: '0' }, 'CALL_TIMEOUT_SECONDS must be a whole number from 1 to 300'],
    [
      { CALL_TIMEOUT_SECONDS: '301', FUNCTION_TIMEOUT_SECONDS: '900' },
      'CALL_TIMEOUT_SECONDS must be a whole number from 1 to 300',
    ],
    [{ CALLS_SECONDS: '0' }, 'CALLS_SECONDS must be a whole number from 1 to 600'],
    [{ CALLS_SECONDS: '601' }, 'CALLS_SECONDS must be a whole number from 1 to 600'],
    [{ CALL_CONCURRENCY: '-1' }, 'CALL_CONCURRENCY must be a whole number from 1 to 100'],
    [{ CALL_CONCURRENCY: '1.5' }, 'CALL_CONCURRENCY must be a whole number from 1 to 100'],
    [{ MAX_JOBS_PER_CALL: 'many' }, 'MAX_JOBS_PER_CALL must be a whole number from 1 to 10000'],
    [
      { MAX_JOBS_PER_CALL_DLI_RUN: '0' },
      'MAX_JOBS_PER_CALL_DLI_RUN must be a whole number from 1 to 10000',
    ],
    [{ MAX_EVENT_BYTES: '1e5' }, 'MAX_EVENT_BYTES must be a whole number from 1024 to 1048576'],
    [
      { RESTART_DELAY_SECONDS: '901' },
      'RESTART_DELAY_SECONDS must be a whole number from 1 to 900',
    ],
    [
      { DLI_ENDPOINT: 'dli.example.com' },
      'DLI_ENDPOINT must be an http or https URL without user, query or fragment',
    ],
    [
      { DRS_ENDPOINT: 'ftp://drs.example.com' },
      'DRS_ENDPOINT must be an http or https URL without user, query or fragment',
    ],
    [
      { DLI_ENDPOINT: 'https://dli.example.com?a=b' },
      'DLI_ENDPOINT must be an http or https URL without user, query or fragment',
    ],
    [
      { QUEUE_URL: 'intents' },
      'QUEUE_URL must be an http or https URL without user, query or fragment',
    ],
    [{ UPSTREAM_LANGUAGE: 'fr' }, 'UPSTREAM_LANGUAGE must be en-us or zh-cn'],
    [{ CALLS_PER_KEY: 'Auto' }, 'CALLS_PER_KEY must be auto, or a whole number from 1 to 4'],
    [{ CALLS_PER_KEY: '5' }, 'CALLS_PER_KEY must be auto, or a whole number from 1 to 4'],
    [{ CALLS_PER_KEY: '0' }, 'CALLS_PER_KEY must be auto, or a whole number from 1 to 4'],
    [{ MAX_CONCURRENCY: '0' }, 'MAX_CONCURRENCY must be a whole number from 1 to 1000'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL must be debug, info or warn'],
    [{ LEASE_MARGIN_SECONDS: '0' }, 'LEASE_MARGIN_SECONDS must be a whole number from 1 to 900'],
    [{ SETTLE_SECONDS: '0' }, 'SETTLE_SECONDS must be a whole number from 1 to 900'],
    [{ SETTLE_SECONDS: '901' }, 'SETTLE_SECONDS must be a whole number from 1 to 900'],
    [{ RECORD_ENDS: 'no' }, 'RECORD_ENDS must be true or false'],
    [{ MAX_RECEIVES: '4' }, 'MAX_RECEIVES must be a whole number from 5 to 1000'],
    [{ MAX_RECEIVES: '1001' }, 'MAX_RECEIVES must be a whole number from 5 to 1000'],
    [{ LEDGER_FILE: '/data/ledger.sqlite' }, LEDGER_RULE],
    [{ LEDGER_TABLE: undefined }, LEDGER_RULE],
    [{ LEDGER_TABLE: '' }, LEDGER_RULE],
    [
      { FUNCTION_TIMEOUT_SECONDS: '901' },
      'FUNCTION_TIMEOUT_SECONDS must be a whole number from 1 to 900',
    ],
  ])('%j', (part, problem) => {
    expect(controlProblems(part)).toEqual([problem]);
  });

  it.each(['0', '864001', '1h'])('a deadline of %s seconds', (DEADLINE_SECONDS) => {
    expect(problems(() => readAcceptConfig({ ...accept, DEADLINE_SECONDS }))).toEqual([
      'DEADLINE_SECONDS must be a whole number from 1 to 604800',
    ]);
  });

  it.each(['jobs', '/', '/jobs/', '//jobs', '/jo bs', '/jobs?x'])('a base path %j', (BASE_PATH) => {
    expect(problems(() => readAcceptConfig({ ...accept, BASE_PATH }))).toEqual([
      'BASE_PATH must be a path as /jobs, with a slash before and none after it',
    ]);
  });

  it.each(['s3', 'sns,', 'sns;sqs', 'SNS', 'true', 'sns:', 'pipes:x', 's3:x', 'sns:a b'])(
    'an envelope to open %j',
    (UNWRAP) => {
      expect(problems(() => readAcceptConfig({ ...accept, UNWRAP }))).toEqual([
        'UNWRAP must be a list of these, separated by commas: text-detail, scheduler, sns, sqs, pipes (all but pipes may name one source, as sns:<topic>)',
      ]);
    },
  );

  it('numbers that depend on each other are checked together', () => {
    expect(controlProblems({ FUNCTION_TIMEOUT_SECONDS: '50' })).toEqual([
      expect.stringMatching(/^FUNCTION_TIMEOUT_SECONDS must exceed twice CALL_TIMEOUT_SECONDS/),
    ]);
    expect(controlProblems({ FUNCTION_TIMEOUT_SECONDS: '51' })).toEqual([]);
  });

  it.each([
    ['1', '5'],
    ['2', '3'],
    ['3', undefined],
    [undefined, '3'],
    [undefined, '1000'],
  ])(
    '%s calls per key in %s concurrent batches could lock the key',
    (CALLS_PER_KEY, MAX_CONCURRENCY) => {
      expect(controlProblems({ CALLS_PER_KEY, MAX_CONCURRENCY })).toEqual([
        'CALLS_PER_KEY times MAX_CONCURRENCY must not exceed 4: more than 5 bad signatures lock a key pair',
      ]);
    },
  );

  it.each([
    ['4', '1'],
    ['2', '2'],
    ['1', '4'],
    [undefined, undefined],
    // No bound is promised then.
    ['auto', '1000'],
  ])('%s in %s could not', (CALLS_PER_KEY, MAX_CONCURRENCY) => {
    expect(controlProblems({ CALLS_PER_KEY, MAX_CONCURRENCY })).toEqual([]);
  });

  it('a fault of two settings hides no other problem', () => {
    const told = controlProblems({
      FUNCTION_TIMEOUT_SECONDS: '20',
      DLI_ENDPOINT: 'x',
      CALL_CONCURRENCY: 'x',
      EVENT_BUS_NAME: undefined,
      MAX_JOBS_PER_CALL_DLI_STOP: 'x',
    });
    const names = told.map((problem) => problem.split(' ')[0]);
    expect(names.toSorted()).toEqual([
      'CALL_CONCURRENCY',
      'DLI_ENDPOINT',
      'EVENT_BUS_NAME',
      'FUNCTION_TIMEOUT_SECONDS',
      'MAX_JOBS_PER_CALL_DLI_STOP',
    ]);
  });

  it('the error quotes no value', () => {
    const names = [
      ...Object.keys(control),
      'MAX_EVENT_BYTES',
      'CALL_TIMEOUT_SECONDS',
      'UPSTREAM_LANGUAGE',
      'LOG_LEVEL',
    ];
    for (const name of names)
      expect(controlProblems({ [name]: 'hunter2 ' }).join()).not.toContain('hunter2');
  });
});

describe('a FIPS or dual-stack endpoint is refused beside an endpoint set by URL', () => {
  const FIPS = { AWS_USE_FIPS_ENDPOINT: 'true' };
  const SQS = { AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:4566' };
  const acceptProblems = (part: Record<string, string | undefined>) =>
    problems(() => readAcceptConfig({ ...accept, ...part }));

  it('at cold start, with both names, beside the other problems', () => {
    const problem =
      'AWS_USE_FIPS_ENDPOINT cannot be true beside AWS_ENDPOINT_URL_SQS: unset one or the other';
    expect(acceptProblems({ ...FIPS, ...SQS })).toEqual([problem]);
    expect(controlProblems({ ...FIPS, ...SQS, QUEUE_URL: '' })).toEqual([
      'QUEUE_URL is not set',
      problem,
    ]);
  });

  it('for each of its services', () => {
    for (const service of ['', '_SQS', '_EVENTBRIDGE', '_DYNAMODB', '_SECRETS_MANAGER'])
      expect(
        controlProblems({
          AWS_USE_DUALSTACK_ENDPOINT: 'true',
          [`AWS_ENDPOINT_URL${service}`]: 'http://127.0.0.1:4566',
        }),
      ).toEqual([
        `AWS_USE_DUALSTACK_ENDPOINT cannot be true beside AWS_ENDPOINT_URL${service}: unset one or the other`,
      ]);
    expect(acceptProblems({ ...FIPS, AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1' })).toEqual([]);
  });

  it('each alone is accepted, and so are endpoints that the SDK ignores', () => {
    expect([acceptProblems(FIPS), controlProblems(FIPS), acceptProblems(SQS)]).toEqual([
      [],
      [],
      [],
    ]);
    expect(acceptProblems({ ...SQS, AWS_USE_FIPS_ENDPOINT: 'false' })).toEqual([]);
    expect(acceptProblems({ ...FIPS, AWS_ENDPOINT_URL_SQS: '' })).toEqual([]);
    const ignored = { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' };
    expect(acceptProblems({ ...FIPS, ...SQS, ...ignored })).toEqual([]);
  });
});
