import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { functionNames } from '../../build/bundle.ts';
import { MOST_WAIT_SECONDS } from '../../shared/accept/prefer-wait.ts';
import { readCallersConfig } from '../../shared/edge/callers-config.ts';
import { MOST_DEADLINE_SECONDS } from '../../shared/intent/request.ts';
import { RESULT_SOURCE } from '../../shared/intent/result.ts';
import { packageOfRun } from './package-service.ts';
import { readTemplate } from './read-template.ts';
import { readZip } from './read-zip.ts';

let plain: Awaited<ReturnType<typeof packageOfRun>>;
beforeAll(async () => {
  plain = await packageOfRun();
});

const read = () => readTemplate(plain.template);

describe('packaging needs neither network nor credentials', () => {
  test('and has nothing to warn of', () => {
    expect(plain.said).not.toMatch(/warn|deprecat|error/i);
  });
});

describe.each(functionNames)('%s', (name) => {
  test('runs its own bundle, and nothing else is in its zip but what it serves', async () => {
    const files = readZip(await plain.readZip(name));
    const bundled = (await readdir(join(plain.folder, 'dist', name))).filter((file) =>
      file.endsWith('.mjs'),
    );
    expect(bundled).toContain('index.mjs');
    const wanted = [
      ...bundled.map((file) => `dist/${name}/${file}`),
      ...(name === 'accept-http' ? ['docs/openapi.json'] : []),
    ].toSorted();
    expect([...files.keys()].toSorted()).toEqual(wanted);
    for (const file of wanted)
      expect(files.get(file)).toEqual(await readFile(join(plain.folder, file)));
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

  test('a caller may wait for verdicts as long as API Gateway waits, and the function lasts longer', () => {
    const timeout = Number(read().functionOf('accept-http').Timeout);
    expect(timeout).toBeGreaterThanOrEqual(MOST_WAIT_SECONDS + 4);
    expect(timeout).toBeLessThanOrEqual(30);
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

describe('whoever deploys', () => {
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
