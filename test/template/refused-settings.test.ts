import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { functionNames } from '../../build/bundle.ts';
import { busProblems } from '../../build/osls/deploy-settings.ts';
import { READERS } from '../../build/osls/function-settings.ts';
import { templateProblems } from '../../build/osls/template-rules.ts';
import { packageService, prepareService } from './package-service.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'refused-'));
  await prepareService(folder);
}, 240_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

/** What the packager says of settings that it refuses. */
const refusal = async (
  settings: Readonly<Record<string, string>>,
  place?: { readonly stage?: string; readonly region?: string },
): Promise<string> => {
  const failed: unknown = await packageService(folder, settings, place).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(failed instanceof Error) || !('stdout' in failed) || !('stderr' in failed))
    throw new Error('it was packaged');
  return `${failed.stdout}${failed.stderr}`;
};

/** The settings of a stage, with some of them changed. */
const stageWith = async (name: string, change: (text: string) => string): Promise<void> => {
  const dev = await readFile(join(folder, 'stages/dev.yml'), 'utf8');
  await writeFile(join(folder, 'stages', `${name}.yml`), change(dev));
};

const BUS = 'arn:aws:events:eu-central-1:123456789012:event-bus/platform';
/** The refusal of a bus says what works. */
const WAY = /a rule that targets the default bus here, name its account in SENDER_ACCOUNTS/;

describe('settings with which a function cannot start are not packaged', () => {
  test('all that is wrong is said at once, each function in its own words', async () => {
    await stageWith('hasty', (text) => text.replace('MAX_RECEIVES: 1000', 'MAX_RECEIVES: 3'));
    const said = await refusal(
      {
        MAX_CONCURRENCY: '8',
        CALL_TIMEOUT_SECONDS: '115',
        BASE_PATH: 'jobs',
        CALLER_RATE: '0',
        EVENT_GRANTS: '[]',
        INTENTS_BUS_ARN: BUS,
      },
      { stage: 'hasty', region: 'eu-west-1' },
    );
    for (const problem of [
      'control-jobs: CALLS_PER_KEY times MAX_CONCURRENCY must not exceed 4',
      // Of the stage file.
      'control-jobs: MAX_RECEIVES must be a whole number from 5 to 1000',
      'control-jobs: FUNCTION_TIMEOUT_SECONDS must exceed twice CALL_TIMEOUT_SECONDS by more than 10',
      'accept-http: BASE_PATH must be a path',
      'accept-event: BASE_PATH must be a path',
      'accept-http: CALLER_RATE must be a whole number',
      'accept-event: EVENT_GRANTS cannot be used',
      'INTENTS_BUS_ARN is in eu-central-1, and the stack in eu-west-1',
    ])
      expect(said).toContain(problem);
    expect(said).toMatch(WAY);
  });

  test('a text where a number belongs is refused in the same words, beside what else is wrong', async () => {
    const said = await refusal({
      MAX_CONCURRENCY: 'two',
      THROTTLE_BURST: '1',
      INTENTS_BUS_ARN: BUS,
      ACCOUNT_ID: '210987654321',
    });
    expect(said).toContain('control-jobs: MAX_CONCURRENCY must be a whole number');
    expect(said).toContain('THROTTLE_BURST must not be less than THROTTLE_RATE');
    expect(said).toMatch(
      /is of account 123456789012, and the stack of 210987654321: .*SENDER_ACCOUNTS/,
    );
    expect(said).not.toContain('ValiError');
  });

  test('a stage file with a name that is not known is refused, in one piece', async () => {
    await stageWith('typo', (text) => text.replace('MAX_RECEIVES:', 'MAX_RECIEVES:'));
    const said = await refusal({}, { stage: 'typo' });
    expect(said).toContain('MAX_RECIEVES is not a setting: did you mean MAX_RECEIVES?');
    expect(said).toContain('MAX_RECEIVES is not set: copy its line from stages/dev.yml');
    expect(said.match(/MAX_RECIEVES/g)).toHaveLength(1);
    expect(said).not.toMatch(/^ +at /m);
  });

  test('each function is read by the readers that it imports itself', async () => {
    expect(Object.keys(READERS).toSorted()).toEqual(functionNames.toSorted());
    for (const [name, readers] of Object.entries(READERS)) {
      const code = await readFile(
        join(import.meta.dirname, '../../functions', `${name}.ts`),
        'utf8',
      );
      const imported = code.match(/\bread\w+Config\b(?=[^;]*} from)/g) ?? [];
      expect(imported.toSorted()).toEqual(readers.map((reader) => reader.name).toSorted());
    }
  });
});

describe('a bus of another account or region cannot be listened to', () => {
  const here = { region: 'eu-central-1', account: '123456789012' };

  test('without an account in the stage file no ARN is believed', () => {
    expect(busProblems({ INTENTS_BUS_ARN: BUS }, { region: here.region })).toEqual([
      expect.stringContaining('ACCOUNT_ID must be set'),
    ]);
    expect(busProblems({ INTENTS_BUS_ARN: BUS }, here)).toEqual([]);
    expect(busProblems({ INTENTS_BUS_ARN: 'default' }, { region: here.region })).toEqual([]);
  });
});

describe('numbers of the template that belong together', () => {
  const QUEUE = {
    VisibilityTimeout: 1_020,
    MessageRetentionPeriod: 864_000,
    RedrivePolicy: { maxReceiveCount: 1_000 },
  };
  const VARIABLES = { FUNCTION_TIMEOUT_SECONDS: '120', MAX_CONCURRENCY: 2, MAX_RECEIVES: 1_000 };
  const MAPPING = {
    MaximumBatchingWindowInSeconds: 300,
    ScalingConfig: { MaximumConcurrency: 2 },
  };

  const resources = (
    queue: object = {},
    variables: object = {},
    { http = 29, dead = 1_209_600 } = {},
  ) => {
    const kept = { Properties: { MessageRetentionPeriod: dead } };
    const Environment = { Variables: { ...VARIABLES, ...variables } };
    return {
      Resources: {
        IntentsQueue: { Properties: { ...QUEUE, ...queue } },
        IntentsDeadLetterQueue: kept,
        FailedEventsQueue: kept,
        AcceptDashhttpLambdaFunction: { Properties: { Timeout: http } },
        ControlDashjobsLambdaFunction: { Properties: { Timeout: 120, Environment } },
        ControlDashjobsEventSourceMappingSQSIntentsQueue: { Properties: MAPPING },
      },
    };
  };

  test.each([
    ['visibility timeout must be at least 1020', resources({ VisibilityTimeout: 1_019 })],
    ['a day longer than the latest deadline', resources({ MessageRetentionPeriod: 604_800 })],
    ['longer than the intents queue', resources({}, {}, { dead: 864_000 })],
    ['must be that of the intents queue', resources({ RedrivePolicy: { maxReceiveCount: 999 } })],
    ['must be the timeout of control-jobs', resources({}, { FUNCTION_TIMEOUT_SECONDS: '60' })],
    ['must be that of its event source mapping', resources({}, { MAX_CONCURRENCY: '3' })],
    ['must be from 29 to 30 s', resources({}, {}, { http: 28 })],
  ])('%s', (problem, template) => {
    expect(templateProblems(resources(), {})).toEqual([]);
    expect(templateProblems(template, {})).toEqual([expect.stringContaining(problem)]);
  });

  test('batches that the reserved concurrency would throttle are refused', () => {
    expect(templateProblems(resources(), { reserved: 2 })).toEqual([]);
    expect(templateProblems(resources(), { reserved: 1 })).toEqual([
      'RESERVED_CONTROL_JOBS must be at least MAX_CONCURRENCY',
    ]);
  });
});
