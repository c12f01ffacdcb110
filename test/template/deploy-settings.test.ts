import { describe, expect, test } from 'vitest';
import { deployProblems, readDeploySettings } from '../../build/osls/deploy-settings.ts';

const BUS = 'arn:aws:events:eu-central-1:123456789012:event-bus/platform';

describe('settings of the deployment itself', () => {
  const GOOD = {
    BATCH_SIZE: '1000',
    BATCH_WINDOW_SECONDS: '5',
    THROTTLE_RATE: '500',
    THROTTLE_BURST: '1000',
    INTENTS_BUS_ARN: 'default',
    DATA_ON_REMOVAL: 'Retain',
    LOG_RETENTION_DAYS: '90',
    OLDEST_INTENT_ALARM_SECONDS: '3600',
    TRACES_WRAPPER: '/opt/otel-instrument',
    RUNBOOK_URL: 'docs/runbook.md',
  };
  const LAYER = 'arn:aws:lambda:eu-central-1:901920570463:layer:aws-otel-nodejs-arm64-ver-1-30-2';
  const KEY = 'arn:aws:kms:eu-central-1:123456789012:key/0b1f2d3c';

  test.each([
    [{ BATCH_SIZE: '10001' }, 'BATCH_SIZE must be'],
    [{ THROTTLE_RATE: '0' }, 'THROTTLE_RATE must be'],
    [{ DATA_ON_REMOVAL: 'Keep' }, 'DATA_ON_REMOVAL must be Retain or Delete'],
    [{ LOG_RETENTION_DAYS: '31' }, 'LOG_RETENTION_DAYS must be one of'],
    [{ SENDER_ACCOUNTS: '1234' }, 'SENDER_ACCOUNTS must be account ids'],
    [{ KMS_KEY_ARN: 'alias/mine' }, 'KMS_KEY_ARN must be the ARN'],
    [{ ALARM_TOPIC_ARN: 'alarms' }, 'ALARM_TOPIC_ARN must be the ARN of a topic'],
    [{ TRACES_LAYER_ARN: `${LAYER}:latest` }, 'TRACES_LAYER_ARN must be the ARN of a version'],
    [{ TRACES_WRAPPER: 'otel-instrument' }, 'TRACES_WRAPPER must be a path under /opt'],
    [{ TRACES_POLICY_ARN: 'ReadOnly' }, 'TRACES_POLICY_ARN must be the ARN of a policy'],
    [{ OLDEST_INTENT_ALARM_SECONDS: '59' }, 'OLDEST_INTENT_ALARM_SECONDS must be'],
    [{ CANARY: '10%' }, 'CANARY must be a deployment configuration'],
    [{ INTENTS_BUS_ARN: 'platform' }, 'INTENTS_BUS_ARN must be default, or the ARN'],
  ])('%o is refused', (change, problem) => {
    expect(() => readDeploySettings({ ...GOOD, ...change })).toThrow(problem);
  });

  test.each([
    [{ BATCH_WINDOW_SECONDS: '0' }, 'BATCH_WINDOW_SECONDS must be at least 1'],
    [{ THROTTLE_BURST: '10' }, 'THROTTLE_BURST must not be less'],
    [{ KMS_KEY_ARN: KEY.replace('central', 'west') }, 'KMS_KEY_ARN must be a key of eu-central-1'],
    [{ TRACES_LAYER_ARN: `${LAYER.replace('central', 'west')}:1` }, 'TRACES_LAYER_ARN must be a'],
    [
      { SENDER_ACCOUNTS: '111122223333', INTENTS_BUS_ARN: BUS },
      'SENDER_ACCOUNTS opens the default',
    ],
  ])('%o do not go together', (change, problem) => {
    const place = { region: 'eu-central-1', account: '123456789012' };
    const good = { ...GOOD, KMS_KEY_ARN: KEY, TRACES_LAYER_ARN: `${LAYER}:1` };
    expect(deployProblems(readDeploySettings(good), place)).toEqual([]);
    expect(deployProblems(readDeploySettings({ ...GOOD, ...change }), place)).toEqual([
      expect.stringContaining(problem),
    ]);
  });
});
