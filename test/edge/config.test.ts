import { describe, expect, it } from 'vitest';
import { readAcceptConfig } from '../../shared/edge/accept-config.ts';
import { readControlConfig } from '../../shared/edge/control-config.ts';
import { MisconfiguredError } from '../../shared/json/settings.ts';

const control = {
  QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/000000000000/intents',
  DEAD_LETTER_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/000000000000/intents-dead',
  EVENT_BUS_NAME: 'results',
  DLI_ENDPOINT: 'https://dli.example.com/',
  DRS_ENDPOINT: 'http://127.0.0.1:4000',
  FUNCTION_TIMEOUT_SECONDS: '60',
  LEDGER_TABLE: 'ledger',
  UPSTREAM_SECRET_ID: 'job-fanin/upstream',
};
const accept = { QUEUE_URL: control.QUEUE_URL };

/** Each problem of the settings, in order. */
const problems = (read: () => unknown): readonly string[] => {
  try {
    read();
    return [];
  } catch (error) {
    if (!(error instanceof MisconfiguredError)) throw error;
    expect(error.name).toBe('MisconfiguredError');
    return error.message.replace(/^Settings: /, '').split('; ');
  }
};
const controlProblems = (part: Record<string, string | undefined>) =>
  problems(() => readControlConfig({ ...control, ...part }));

const LEDGER_RULE = 'LEDGER_TABLE or LEDGER_FILE must be set, and not both';
const SECRET_RULE = 'UPSTREAM_SECRET_ID or UPSTREAM_SECRETS_FILE must be set, and not both';

describe('settings have sensible defaults', () => {
  it('accept-http and accept-event', () => {
    expect(readAcceptConfig(accept)).toEqual({
      queueUrl: accept.QUEUE_URL,
      maxMessageBytes: 262_144,
      deadlineMs: 6 * 3_600_000,
      basePath: '',
      unwrap: new Set(),
      takesReplays: false,
      log: { asObject: false, level: 'info' },
    });
    expect(
      readAcceptConfig({
        ...accept,
        MAX_MESSAGE_BYTES: '1048576',
        DEADLINE_SECONDS: '604800',
        BASE_PATH: '/jobs/v2.1',
        UNWRAP: 'sns, text-detail',
        ACCEPT_REPLAYS: 'true',
        AWS_LAMBDA_LOG_FORMAT: 'JSON',
        LOG_LEVEL: 'warn',
      }),
    ).toMatchObject({
      maxMessageBytes: 1_048_576,
      deadlineMs: 7 * 24 * 3_600_000,
      basePath: '/jobs/v2.1',
      unwrap: new Set(['sns', 'text-detail']),
      takesReplays: true,
      log: { asObject: true, level: 'warn' },
    });
  });

  it('MAX_MESSAGE_BYTES holds a whole block of jobs, and ACCEPT_REPLAYS is a switch', () => {
    const odd = { ...accept, MAX_MESSAGE_BYTES: '32767', ACCEPT_REPLAYS: 'yes' };
    expect(() => readAcceptConfig(odd)).toThrow(
      /MAX_MESSAGE_BYTES must be at least 32768: a message holds a block of 100 jobs whole.*ACCEPT_REPLAYS must be true or false/,
    );
    expect(readAcceptConfig({ ...accept, MAX_MESSAGE_BYTES: '32768' }).maxMessageBytes).toBe(
      32_768,
    );
  });

  it('control-jobs', () => {
    const { maxJobsPerCall, ...config } = readControlConfig(control);
    expect(config).toMatchObject({
      queueUrl: control.QUEUE_URL,
      deadLetterQueueUrl: control.DEAD_LETTER_QUEUE_URL,
      eventBusName: 'results',
      upstream: {
        endpoints: { dli: 'https://dli.example.com', drs: 'http://127.0.0.1:4000', iam: undefined },
        language: 'en-us',
        callsPerKey: 1,
        refusedMs: 60_000,
      },
      secret: { id: 'job-fanin/upstream', file: '' },
      accounts: { ttlMs: 300_000, leastRefreshMs: 10_000, needsIam: true },
      callTimeoutMs: 20_000,
      msPerCall: 30_000,
      callConcurrency: 8,
      restartDelaySeconds: 10,
      maxEventBytes: 262_144,
      maxReceives: 1_000,
      recordsEnds: true,
      ledger: { table: 'ledger', file: '' },
    });
    expect(maxJobsPerCall({ name: 'dli.run' })).toBe(100);
  });

  it('a lease outlasts the longest invocation, and a record the longest life of a message', () => {
    for (const seconds of ['31', '900']) {
      const config = readControlConfig({ ...control, FUNCTION_TIMEOUT_SECONDS: seconds });
      // The late effects of its last call show within that time.
      expect(config.leaseMs).toBe((Number(seconds) + 120) * 1_000);
      // Once on the queue, and again after a redrive from the dead-letter queue.
      expect(config.keepSeconds).toBeGreaterThan(2 * 14 * 86_400);
    }
  });

  it('the ledger is a table or a file', () => {
    const { LEDGER_TABLE: _, ...rest } = control;
    const config = readControlConfig({ ...rest, LEDGER_FILE: '/data/ledger.sqlite' });
    expect(config.ledger).toEqual({ table: undefined, file: '/data/ledger.sqlite' });
  });

  it('the credentials are a secret or a file', () => {
    const { UPSTREAM_SECRET_ID: _, ...rest } = control;
    const config = readControlConfig({ ...rest, UPSTREAM_SECRETS_FILE: '/data/secrets.json' });
    expect(config.secret).toEqual({ id: undefined, file: '/data/secrets.json' });
    expect(controlProblems({ UPSTREAM_SECRETS_FILE: '/data/secrets.json' })).toEqual([SECRET_RULE]);
    expect(controlProblems({ UPSTREAM_SECRET_ID: '' })).toEqual([SECRET_RULE]);
  });

  it('a user’s account need not name its IAM if IAM_ENDPOINT is set', () => {
    const { accounts, upstream } = readControlConfig({
      ...control,
      IAM_ENDPOINT: 'https://iam.example.com/',
    });
    expect([accounts.needsIam, upstream.endpoints.iam]).toEqual([false, 'https://iam.example.com']);
  });

  it('no timeout is longer than a call’s', () => {
    const { connections } = readControlConfig({ ...control, CALL_TIMEOUT_SECONDS: '2' });
    expect(connections).toMatchObject({
      connectTimeoutMs: 2_000,
      headersTimeoutMs: 2_000,
      bodyTimeoutMs: 2_000,
    });
  });

  it('CALLS_SECONDS is how long an invocation begins calls', () => {
    expect(readControlConfig(control).callsForMs).toBe(15_000);
    expect(readControlConfig({ ...control, CALLS_SECONDS: '600' }).callsForMs).toBe(600_000);
  });

  it('the most jobs per call, for all operations or for one', () => {
    const { maxJobsPerCall } = readControlConfig({
      ...control,
      MAX_JOBS_PER_CALL: '50',
      MAX_JOBS_PER_CALL_DRS_START: '10',
      MAX_JOBS_PER_CALL_DLI_STOP: '1',
    });
    expect(maxJobsPerCall({ name: 'dli.run' })).toBe(50);
    expect(maxJobsPerCall({ name: 'dli.stop' })).toBe(1);
    expect(maxJobsPerCall({ name: 'drs.start' })).toBe(10);
  });

  it('an empty variable counts as not set', () => {
    expect(readAcceptConfig({ ...accept, MAX_MESSAGE_BYTES: '' }).maxMessageBytes).toBe(262_144);
    expect(controlProblems({ EVENT_BUS_NAME: '' })).toEqual(['EVENT_BUS_NAME is not set']);
  });
});

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
    [{ CALLS_PER_KEY: '0' }, 'CALLS_PER_KEY must be a whole number from 1 to 4'],
    [{ MAX_CONCURRENCY: '0' }, 'MAX_CONCURRENCY must be a whole number from 1 to 1000'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL must be info or warn'],
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

  it.each(['s3', 'sns,', 'sns;sqs', 'SNS', 'true'])('an envelope to open %j', (UNWRAP) => {
    expect(problems(() => readAcceptConfig({ ...accept, UNWRAP }))).toEqual([
      'UNWRAP must be a list out of text-detail, sns, sqs, pipes',
    ]);
  });

  it('numbers that depend on each other are checked together', () => {
    expect(controlProblems({ FUNCTION_TIMEOUT_SECONDS: '30' })).toEqual([
      expect.stringMatching(/^FUNCTION_TIMEOUT_SECONDS must exceed CALL_TIMEOUT_SECONDS/),
    ]);
    expect(controlProblems({ FUNCTION_TIMEOUT_SECONDS: '31' })).toEqual([]);
  });

  it.each([
    ['1', '5'],
    ['2', '3'],
    ['3', undefined],
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
    [undefined, '4'],
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
