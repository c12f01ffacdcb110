import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { functionNames } from '../../build/bundle.ts';
import { MOST_WAIT_SECONDS } from '../../shared/accept/prefer-wait.ts';
import { readAcceptConfig } from '../../shared/edge/accept-config.ts';
import { readCallersConfig } from '../../shared/edge/callers-config.ts';
import { readControlConfig } from '../../shared/edge/control-config.ts';
import { readLedgerConfig } from '../../shared/edge/ledger-config.ts';
import { MOST_DEADLINE_SECONDS } from '../../shared/intent/request.ts';
import { RESULT_SOURCE } from '../../shared/intent/result.ts';
import { operations } from '../../shared/operations/index.ts';
import { packageService, prepareService } from './package-service.ts';
import { readTemplate } from './read-template.ts';
import { readZip } from './read-zip.ts';

const TUNED = {
  BATCH_SIZE: '500',
  BATCH_WINDOW_SECONDS: '9',
  MAX_CONCURRENCY: '2',
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
  CALLS_PER_KEY: '2',
  LOG_LEVEL: 'warn',
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
let plain: Awaited<ReturnType<typeof packageService>>;
let tuned: Awaited<ReturnType<typeof packageService>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'template-'));
  const [first, second] = [join(folder, 'plain'), join(folder, 'tuned')];
  await prepareService(first);
  await cp(first, second, { recursive: true });
  [plain, tuned] = await Promise.all([packageService(first), packageService(second, TUNED)]);
}, 240_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

const read = () => readTemplate(plain.template);

describe('packaging needs neither network nor credentials', () => {
  test('and has nothing to warn of', () => {
    expect(plain.said).not.toMatch(/warn|deprecat|error/i);
  });
});

describe.each(functionNames)('%s', (name) => {
  test('runs its own bundle, and nothing else is in its zip but what it serves', async () => {
    const files = readZip(await plain.readZip(name));
    const bundled = (await readdir(join(folder, 'plain/dist', name))).filter((file) =>
      file.endsWith('.mjs'),
    );
    expect(bundled).toContain('index.mjs');
    const wanted = [
      ...bundled.map((file) => `dist/${name}/${file}`),
      ...(name === 'accept-http' ? ['docs/openapi.json'] : []),
    ].toSorted();
    expect([...files.keys()].toSorted()).toEqual(wanted);
    for (const file of wanted)
      expect(files.get(file)).toEqual(await readFile(join(folder, 'plain', file)));
    expect(read().functionOf(name)).toMatchObject({
      Handler: `dist/${name}/index.handler`,
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      LoggingConfig: { LogFormat: 'JSON' },
    });
    expect(read().functionOf(name)).toMatchObject({ TracingConfig: { Mode: 'Active' } });
  });
});

describe('the ways in', () => {
  test('every path and method of the HTTP API comes to accept-http', () => {
    const { all, functionArn } = read();
    const integration = all('AWS::ApiGatewayV2::Integration');
    expect(all('AWS::ApiGatewayV2::Route')).toEqual({
      HttpApiRouteDefault: expect.objectContaining({ RouteKey: '$default' }),
    });
    expect(Object.values(integration)).toEqual([
      expect.objectContaining({
        IntegrationUri: functionArn('accept-http'),
        PayloadFormatVersion: '2.0',
      }),
    ]);
    expect(read().functionOf('accept-http')).toMatchObject({ Timeout: 29 });
  });

  test('the function itself checks callers, by a secret that the stack holds', () => {
    for (const route of Object.values(read().all('AWS::ApiGatewayV2::Route')))
      expect(route).not.toHaveProperty('AuthorizationType');
    const { environmentOf, dummyOf } = read();
    expect(readCallersConfig(environmentOf('accept-http'))).toEqual({
      secret: { id: dummyOf({ Ref: 'CallersSecret' }), file: '' },
      ttlMs: 300_000,
      limit: { rate: 50, burst: 100 },
    });
  });

  test('API Gateway throttles all callers together', () => {
    expect(read().only('AWS::ApiGatewayV2::Stage')).toMatchObject({
      DefaultRouteSettings: { ThrottlingRateLimit: 500, ThrottlingBurstLimit: 1_000 },
    });
  });

  test('intents of any source come from the bus to accept-event', () => {
    const { only, functionArn, aliasOf, permissionFor } = read();
    expect(only('AWS::Events::Rule')).toMatchObject({
      EventBusName: 'default',
      EventPattern: { 'detail-type': ['Job Control Intent'] },
      State: 'ENABLED',
      Targets: [{ Arn: aliasOf('accept-event') }],
    });
    expect(permissionFor('events.amazonaws.com')).toMatchObject({
      FunctionName: aliasOf('accept-event'),
      Action: 'lambda:InvokeFunction',
      SourceArn: { 'Fn::GetAtt': ['IntentsRule', 'Arn'] },
    });
    expect(permissionFor('apigateway.amazonaws.com')).toMatchObject({
      FunctionName: functionArn('accept-http'),
    });
  });

  test('an event that fails for good is kept, whoever failed', () => {
    const { only, arn, functionOf } = read();
    const { MaximumRetryAttempts, DestinationConfig } = only('AWS::Lambda::EventInvokeConfig');
    expect([MaximumRetryAttempts, DestinationConfig]).toEqual([2, {}]);
    expect(functionOf('accept-event').DeadLetterConfig).toEqual({
      TargetArn: arn('FailedEventsQueue'),
    });
    expect(only('AWS::Events::Rule')).toMatchObject({
      Targets: [{ DeadLetterConfig: { Arn: arn('FailedEventsQueue') } }],
    });
  });
});

describe('the way out', () => {
  test('takes many messages at once and gives back one by one', () => {
    const { only, arn, functionArn } = read();
    expect(only('AWS::Lambda::EventSourceMapping')).toEqual({
      EventSourceArn: arn('IntentsQueue'),
      FunctionName: functionArn('control-jobs'),
      BatchSize: 1000,
      MaximumBatchingWindowInSeconds: 5,
      ScalingConfig: { MaximumConcurrency: 2 },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      Enabled: true,
    });
  });

  test('a message outlasts six runs of the function and the wait for a batch', () => {
    const { only, resource, functionOf } = read();
    const window = Number(only('AWS::Lambda::EventSourceMapping').MaximumBatchingWindowInSeconds);
    const timeout = Number(functionOf('control-jobs').Timeout);
    expect(timeout).toBe(120);
    expect(resource('IntentsQueue').VisibilityTimeout).toBeGreaterThanOrEqual(6 * timeout + window);
  });

  test('what cannot be done stays to be looked at', () => {
    const { resource, arn } = read();
    expect(resource('IntentsQueue')).toMatchObject({
      RedrivePolicy: { deadLetterTargetArn: arn('IntentsDeadLetterQueue') },
    });
    for (const queue of ['IntentsDeadLetterQueue', 'FailedEventsQueue'])
      expect(resource(queue)).toMatchObject({ MessageRetentionPeriod: 14 * 86_400 });
  });

  test('a message stays longer than the latest deadline that there is', () => {
    const { MessageRetentionPeriod: kept } = read().resource('IntentsQueue');
    expect(kept).toBeGreaterThanOrEqual(MOST_DEADLINE_SECONDS + 86_400);
    // SQS keeps the age of a message that it moves.
    expect(kept).toBeLessThan(14 * 86_400);
  });

  test('the function and the queue agree on which time is the last', () => {
    for (const { template } of [plain, tuned]) {
      const { resource, environmentOf } = readTemplate(template);
      const { maxReceives } = readControlConfig(environmentOf('control-jobs'));
      const policy = v.parse(redrivePolicy, resource('IntentsQueue').RedrivePolicy);
      expect(Number(policy.maxReceiveCount)).toBe(maxReceives);
    }
  });

  test('a caller may wait for verdicts as long as API Gateway waits, and the function lasts longer', () => {
    const timeout = Number(read().functionOf('accept-http').Timeout);
    expect(timeout).toBeGreaterThanOrEqual(MOST_WAIT_SECONDS + 4);
    expect(timeout).toBeLessThanOrEqual(30);
  });

  test('the function knows how many of it there may be', { timeout: 240_000 }, async () => {
    const many = join(folder, 'many');
    await cp(join(folder, 'plain'), many, { recursive: true });
    const { template } = await packageService(many, { MAX_CONCURRENCY: '4', CALLS_PER_KEY: '1' });
    const { only, environmentOf } = readTemplate(template);
    expect(only('AWS::Lambda::EventSourceMapping')).toMatchObject({
      ScalingConfig: { MaximumConcurrency: 4 },
    });
    expect(environmentOf('control-jobs').MAX_CONCURRENCY).toBe('4');
  });

  test('every queue is encrypted', () => {
    for (const queue of Object.values(read().all('AWS::SQS::Queue')))
      expect(queue).toMatchObject({ SqsManagedSseEnabled: true });
  });
});

describe('the ledger', () => {
  test('is one table on demand, with the key that the code asks for', () => {
    const { only, all } = read();
    expect(Object.keys(all('AWS::DynamoDB::Table'))).toEqual(['LedgerTable']);
    expect(only('AWS::DynamoDB::Table')).toEqual({
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      TimeToLiveSpecification: { AttributeName: 'expires_at', Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
  });

  test('a table that takes its place leaves it behind', () => {
    expect(plain.template.Resources.LedgerTable).toMatchObject({
      DeletionPolicy: 'Delete',
      UpdateReplacePolicy: 'Retain',
    });
    // A name of its own would stand in the way of both.
    expect(read().resource('LedgerTable')).not.toHaveProperty('TableName');
  });
});

describe('what the platform team is told of, and what is kept', () => {
  test('the secret has no value here, so that no deployment can overwrite it', () => {
    expect(Object.keys(read().resource('UpstreamSecret'))).toEqual(['Description']);
  });

  test('results are archived, all of them and nothing else', () => {
    expect(read().resource('ResultsArchive')).toEqual({
      SourceArn: { 'Fn::GetAtt': ['ResultsBus', 'Arn'] },
      EventPattern: { source: [RESULT_SOURCE] },
      RetentionDays: 30,
    });
  });
});

describe('each function may do what it must, and no more', () => {
  const WRITE_LOGS = ['logs:CreateLogStream', 'logs:PutLogEvents'];
  /** X-Ray has no resources to name. */
  const TRACE = { '*': ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'] };
  const rights = {
    'accept-http': {
      IntentsQueue: ['sqs:SendMessage'],
      LedgerTable: ['dynamodb:BatchGetItem', 'dynamodb:PartiQLInsert', 'dynamodb:PartiQLUpdate'],
      CallersSecret: ['secretsmanager:GetSecretValue'],
      AcceptDashhttpLogGroup: WRITE_LOGS,
      ...TRACE,
    },
    'accept-event': {
      IntentsQueue: ['sqs:SendMessage'],
      FailedEventsQueue: ['sqs:SendMessage'],
      AcceptDasheventLogGroup: WRITE_LOGS,
      ...TRACE,
    },
    'control-jobs': {
      IntentsQueue: [
        'sqs:ReceiveMessage',
        'sqs:DeleteMessage',
        'sqs:ChangeMessageVisibility',
        'sqs:GetQueueAttributes',
      ],
      IntentsDeadLetterQueue: ['sqs:SendMessage'],
      LedgerTable: [
        'dynamodb:BatchGetItem',
        'dynamodb:PartiQLInsert',
        'dynamodb:PartiQLUpdate',
        'dynamodb:DescribeTable',
      ],
      UpstreamSecret: ['secretsmanager:GetSecretValue'],
      ResultsBus: ['events:PutEvents'],
      ControlDashjobsLogGroup: WRITE_LOGS,
      ...TRACE,
    },
  };

  test.each(Object.entries(rights))('%s', (name, allowed) => {
    expect(read().rightsOf(name)).toEqual(allowed);
  });

  test('there is no role but these', () => {
    expect(Object.keys(read().all('AWS::IAM::Role'))).toHaveLength(functionNames.length);
  });
});

describe('each function finds the settings that it reads', () => {
  test('accept-http finds the ledger', () => {
    const { environmentOf, dummyOf } = read();
    expect(readLedgerConfig(environmentOf('accept-http'))).toEqual({
      table: dummyOf({ Ref: 'LedgerTable' }),
    });
  });

  test.each(['accept-http', 'accept-event'])('%s', (name) => {
    const { environmentOf, dummyOf } = read();
    const QUEUE_URL = dummyOf({ Ref: 'IntentsQueue' });
    expect(readAcceptConfig(environmentOf(name))).toEqual(readAcceptConfig({ QUEUE_URL }));
  });

  test('control-jobs', () => {
    const { environmentOf, dummyOf, functionOf } = read();
    const environment = environmentOf('control-jobs');
    const { maxJobsPerCall, settleMs, ...config } = readControlConfig(environment);
    const {
      maxJobsPerCall: _,
      settleMs: __,
      ...defaults
    } = readControlConfig({
      QUEUE_URL: dummyOf({ Ref: 'IntentsQueue' }),
      DEAD_LETTER_QUEUE_URL: dummyOf({ Ref: 'IntentsDeadLetterQueue' }),
      EVENT_BUS_NAME: dummyOf({ Ref: 'ResultsBus' }),
      LEDGER_TABLE: dummyOf({ Ref: 'LedgerTable' }),
      UPSTREAM_SECRET_ID: dummyOf({ Ref: 'UpstreamSecret' }),
      DLI_ENDPOINT: 'https://dli.eu-de.otc.t-systems.com',
      DRS_ENDPOINT: 'https://drs.eu-de.otc.t-systems.com',
      FUNCTION_TIMEOUT_SECONDS: String(functionOf('control-jobs').Timeout),
    });
    expect(config).toEqual(defaults);
    for (const row of operations) {
      expect(maxJobsPerCall(row)).toBe(100);
      expect(settleMs(row, {})).toBe(row.repeatHarms({}) ? 120_000 : 30_000);
    }
  });
});

describe('whoever deploys', () => {
  test('tunes by environment variables', () => {
    const { only, environmentOf } = readTemplate(tuned.template);
    expect(only('AWS::Lambda::EventSourceMapping')).toMatchObject({
      BatchSize: 500,
      MaximumBatchingWindowInSeconds: 9,
      ScalingConfig: { MaximumConcurrency: 2 },
    });
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
        callsPerKey: 2,
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
    for (const [id, alarm] of Object.entries(read().all('AWS::CloudWatch::Alarm')))
      expect(alarm, id).not.toHaveProperty('AlarmActions');
  });

  test('says after how long an open intent rings', () => {
    const oldest = readTemplate(tuned.template).resource('OldestIntentAlarm');
    expect(Number(oldest.Threshold)).toBe(Number(TUNED.OLDEST_INTENT_ALARM_SECONDS));
  });

  test('is told where to send intents and where results come out', () => {
    expect(plain.template.Outputs).toMatchObject({
      ApiUrl: {
        Value: { 'Fn::Sub': expect.stringMatching(/^https:..\$\{HttpApi\}\.execute-api\./) },
      },
      IntentsQueueUrl: { Value: { Ref: 'IntentsQueue' } },
      DeadLetterQueueUrl: { Value: { Ref: 'IntentsDeadLetterQueue' } },
      FailedEventsQueueUrl: { Value: { Ref: 'FailedEventsQueue' } },
      LedgerTableName: { Value: { Ref: 'LedgerTable' } },
      ControlJobsFunctionName: { Value: { Ref: 'ControlDashjobsLambdaFunction' } },
      EventSourceMappingId: {
        Value: { Ref: 'ControlDashjobsEventSourceMappingSQSIntentsQueue' },
      },
      ResultsBusName: { Value: { Ref: 'ResultsBus' } },
      UpstreamSecretId: { Value: { Ref: 'UpstreamSecret' } },
      CallersSecretId: { Value: { Ref: 'CallersSecret' } },
      AcceptEventArn: { Value: read().aliasOf('accept-event') },
    });
  });
});
