import { describe, expect, it } from 'vitest';
import { readAcceptConfig } from '../../shared/edge/accept-config.ts';
import { readControlConfig } from '../../shared/edge/control-config.ts';
import { accept, control, controlProblems, SECRET_RULE } from '../support/settings.ts';

describe('settings have sensible defaults', () => {
  it('accept-http and accept-event', () => {
    expect(readAcceptConfig(accept)).toEqual({
      queueUrl: accept.QUEUE_URL,
      maxMessageBytes: 262_144,
      deadlineMs: 6 * 3_600_000,
      basePath: '',
      unwrap: new Set(),
      takesReplays: false,
      log: { level: 'info', sampleRate: 0 },
    });
    expect(
      readAcceptConfig({
        ...accept,
        MAX_MESSAGE_BYTES: '1048576',
        DEADLINE_SECONDS: '604800',
        BASE_PATH: '/jobs/v2.1',
        UNWRAP: 'sns, text-detail:com.example, sqs:wishes',
        ACCEPT_REPLAYS: 'true',
        LOG_SAMPLE_RATE: '0.01',
        LOG_LEVEL: 'warn',
      }),
    ).toMatchObject({
      maxMessageBytes: 1_048_576,
      deadlineMs: 7 * 24 * 3_600_000,
      basePath: '/jobs/v2.1',
      unwrap: new Set(['sns', 'text-detail:com.example', 'sqs:wishes']),
      takesReplays: true,
      log: { level: 'warn', sampleRate: 0.01 },
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

  it('CALLS_PER_KEY=auto grows up to CALL_CONCURRENCY', () => {
    const { upstream } = readControlConfig({
      ...control,
      CALLS_PER_KEY: 'auto',
      CALL_CONCURRENCY: '5',
    });
    expect(upstream.callsPerKey).toEqual({ upTo: 5 });
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
        callsPerKey: 2,
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
    for (const seconds of ['51', '900']) {
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
