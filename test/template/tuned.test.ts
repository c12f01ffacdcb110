import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { functionNames } from '../../build/bundle.ts';
import { readAcceptConfig } from '../../shared/edge/accept-config.ts';
import { readControlConfig } from '../../shared/edge/control-config.ts';
import { operations } from '../../shared/operations/index.ts';
import { packageOfRun, packageService, prepareService } from './package-service.ts';
import { readTemplate } from './read-template.ts';

const TUNED = {
  BATCH_SIZE: '500',
  BATCH_WINDOW_SECONDS: '9',
  MAX_CONCURRENCY: '4',
  MAX_JOBS_PER_CALL: '40',
  MAX_JOBS_PER_CALL_DRS_START: '3',
  CALL_TIMEOUT_SECONDS: '11',
  CALL_CONCURRENCY: '4',
  CALLS_SECONDS: '12',
  RESTART_DELAY_SECONDS: '45',
  SETTLE_SECONDS: '60',
  RECORD_ENDS: 'false',
  LEASE_MARGIN_SECONDS: '75',
  MAX_RECEIVES: '50',
  MAX_MESSAGE_BYTES: '65536',
  MAX_EVENT_BYTES: '131072',
  DEADLINE_SECONDS: '600',
  BASE_PATH: '/jobs',
  UNWRAP: 'sns,pipes',
  ACCEPT_REPLAYS: 'true',
  UPSTREAM_LANGUAGE: 'zh-cn',
  IAM_ENDPOINT: 'https://iam.example.com',
  SECRETS_TTL_SECONDS: '30',
  CALLS_PER_KEY: '1',
  LOG_LEVEL: 'warn',
  // As in the stage file.
  THROTTLE_RATE: '500',
  // No setting: a slip of the pen.
  CALLS_PER_KEYS: '1',
  DLI_ENDPOINT: 'https://dli.example.com',
  DRS_ENDPOINT: 'https://drs.example.com',
  INTENTS_BUS_ARN: 'arn:aws:events:eu-central-1:123456789012:event-bus/platform',
  ACCOUNT_ID: '123456789012',
  ALARM_TOPIC_ARN: 'arn:aws:sns:eu-central-1:123456789012:alarms',
  OLDEST_INTENT_ALARM_SECONDS: '1800',
  RUNBOOK_URL: 'https://wiki.example.com/job-fanin',
};
/** SQS takes the number as a text as well. */
const redrivePolicy = v.object({ maxReceiveCount: v.union([v.number(), v.string()]) });

let folder: string;
let plain: Awaited<ReturnType<typeof packageOfRun>>;
let tuned: Awaited<ReturnType<typeof packageService>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tuned-'));
  await prepareService(folder);
  for (const name of functionNames) await utimes(join(folder, 'dist', name, 'index.mjs'), 1e9, 1e9);
  tuned = await packageService(folder, TUNED);
  plain = await packageOfRun();
});

afterAll(() => rm(folder, { recursive: true }));

describe('a variable of the shell', () => {
  test('tunes control-jobs and its mapping', () => {
    const { only, environmentOf } = readTemplate(tuned.template);
    expect(only('AWS::Lambda::EventSourceMapping')).toMatchObject({
      BatchSize: 500,
      MaximumBatchingWindowInSeconds: 9,
      ScalingConfig: { MaximumConcurrency: 4 },
    });
    expect(environmentOf('control-jobs').MAX_CONCURRENCY).toBe('4');
    const { maxJobsPerCall, settleMs, ...config } = readControlConfig(
      environmentOf('control-jobs'),
    );
    expect(config).toMatchObject({
      upstream: {
        endpoints: {
          dli: TUNED.DLI_ENDPOINT,
          drs: TUNED.DRS_ENDPOINT,
          iam: TUNED.IAM_ENDPOINT,
        },
        language: 'zh-cn',
        callsPerKey: 1,
      },
      accounts: { ttlMs: 30_000, needsIam: false },
      callTimeoutMs: 11_000,
      callConcurrency: 4,
      restartDelaySeconds: 45,
      recordsEnds: false,
      leaseMs: 195_000,
      maxReceives: 50,
      maxEventBytes: 131_072,
      log: { level: 'warn' },
    });
    for (const row of operations) {
      expect(maxJobsPerCall(row)).toBe(row.name === 'drs.start' ? 3 : 40);
      expect(settleMs(row, {})).toBe(60_000);
    }
  });

  test.each(['accept-http', 'accept-event'])('%s too', (name) => {
    const { environmentOf } = readTemplate(tuned.template);
    expect(readAcceptConfig(environmentOf(name))).toMatchObject({
      deadlineMs: 600_000,
      maxMessageBytes: 65_536,
      basePath: '/jobs',
      unwrap: new Set(['sns', 'pipes']),
      takesReplays: true,
      log: { level: 'warn' },
    });
  });

  test('may have intents come from another bus, which is not made anew', () => {
    const { only, all } = readTemplate(tuned.template);
    expect(only('AWS::Events::Rule')).toMatchObject({ EventBusName: TUNED.INTENTS_BUS_ARN });
    expect(Object.keys(all('AWS::Events::EventBus'))).toEqual(['ResultsBus']);
  });

  test('has every alarm tell its topic, and link its runbook', () => {
    const alarms = Object.entries(readTemplate(tuned.template).all('AWS::CloudWatch::Alarm'));
    expect(alarms.length).toBeGreaterThan(15);
    for (const [id, alarm] of alarms)
      expect(alarm, id).toMatchObject({
        AlarmActions: [TUNED.ALARM_TOPIC_ARN],
        OKActions: [TUNED.ALARM_TOPIC_ARN],
        AlarmDescription: expect.stringContaining(`${TUNED.RUNBOOK_URL}#`),
      });
    for (const [id, alarm] of Object.entries(
      readTemplate(plain.template).all('AWS::CloudWatch::Alarm'),
    ))
      expect(alarm, id).not.toHaveProperty('AlarmActions');
  });

  test('says after how long an open intent rings', () => {
    const oldest = readTemplate(tuned.template).resource('OldestIntentAlarm');
    expect(Number(oldest.Threshold)).toBe(Number(TUNED.OLDEST_INTENT_ALARM_SECONDS));
  });

  test('is told of where it overrides the stage file, and only there', () => {
    expect(tuned.said).toContain('from the shell: MAX_RECEIVES=50 (the stage file says 1000)');
    expect(tuned.said).toContain('CALLS_PER_KEYS is not a setting, and changes nothing');
    expect(tuned.said).not.toContain('THROTTLE_RATE');
  });

  test('the function and the queue agree on which time is the last', () => {
    for (const { template } of [plain, tuned]) {
      const { resource, environmentOf } = readTemplate(template);
      const { maxReceives } = readControlConfig(environmentOf('control-jobs'));
      const policy = v.parse(redrivePolicy, resource('IntentsQueue').RedrivePolicy);
      expect(Number(policy.maxReceiveCount)).toBe(maxReceives);
    }
  });
});

test('the same bundles give the same zips, byte for byte, whenever they are packaged', async () => {
  for (const name of functionNames)
    expect((await tuned.readZip(name)).equals(await plain.readZip(name)), name).toBe(true);
});
