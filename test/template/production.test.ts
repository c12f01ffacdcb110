import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { functionNames } from '../../build/bundle.ts';
import { logicalName } from '../../build/osls/live-alias.ts';
import { packageService, prepareService, type Template } from './package-service.ts';

const LAYER = 'arn:aws:lambda:eu-central-1:901920570463:layer:aws-otel-nodejs-arm64-ver-1-30-2:1';
const POLICY = 'arn:aws:iam::aws:policy/CloudWatchLambdaApplicationSignalsExecutionRolePolicy';
const KEY = 'arn:aws:kms:eu-central-1:123456789012:key/0b1f2d3c-1111-2222-3333-444455556666';

/** Accounts that send intents to the default bus. */
const SENDERS = '111122223333,444455556666';

let folder: string;
let template: Template;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'production-'));
  await prepareService(folder);
  const settings = {
    KMS_KEY_ARN: KEY,
    RESERVED_CONTROL_JOBS: '5',
    TRACES_LAYER_ARN: LAYER,
    TRACES_POLICY_ARN: POLICY,
    SENDER_ACCOUNTS: SENDERS,
  };
  ({ template } = await packageService(folder, settings, { stage: 'prod' }));
}, 240_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

const ofType = (type: RegExp) =>
  Object.entries(template.Resources).filter(([, { Type }]) => type.test(Type));

const text = (node: unknown): string => JSON.stringify(node);

describe('in production', () => {
  test('queues, table and secrets stay when the stack is removed, or when an update replaces them', () => {
    const kept = ofType(/::(Queue|Table|Secret)$/);
    expect(kept).toHaveLength(6);
    for (const [id, resource] of kept)
      expect(resource, id).toMatchObject({
        DeletionPolicy: 'Retain',
        UpdateReplacePolicy: 'Retain',
      });
  });

  test('no queue takes a request without TLS', () => {
    const closed = ofType(/::QueuePolicy$/).flatMap(([, { Properties }]) =>
      text(Properties).includes('"aws:SecureTransport":"false"') ? text(Properties.Queues) : [],
    );
    const queues = ofType(/::Queue$/).map(([id]) => text([{ Ref: id }]));
    expect(closed.toSorted()).toEqual(queues.toSorted());
  });

  test('the API writes access logs, without headers, query and body', () => {
    const [[, stage] = []] = ofType(/::Stage$/);
    expect(stage?.Properties.AccessLogSettings).toMatchObject({
      DestinationArn: { 'Fn::GetAtt': ['HttpApiLogGroup', 'Arn'] },
      Format: expect.not.stringMatching(/header|queryString|body/i),
    });
  });

  test('functions have the tags of the stage', () => {
    for (const name of functionNames)
      expect(template.Resources[`${logicalName(name)}LambdaFunction`]?.Properties.Tags).toEqual([
        { Key: 'application', Value: 'job-fanin' },
        { Key: 'stage', Value: 'prod' },
      ]);
  });
});

test('accounts that are named may send intents to the default bus', () => {
  expect(template.Resources.SenderAccountsPolicy?.Properties).toMatchObject({
    Statement: {
      Principal: { AWS: { 'Fn::Split': [',', SENDERS] } },
      Action: 'events:PutEvents',
      Condition: { StringEquals: { 'events:detail-type': 'Job Control Intent' } },
    },
  });
});

test('a key of yours encrypts all that is kept, and each role may use it', () => {
  for (const [id, { Type, Properties }] of ofType(
    /::(Queue|Table|Secret|LogGroup|EventBus|Archive|Function)$/,
  ))
    expect(text(Properties), `${id} ${Type}`).toContain(KEY);
  for (const [id, { Properties }] of ofType(/::Role$/))
    if (id !== 'CanaryRole')
      expect(text(Properties), id).toContain(`"kms:ReEncrypt*"],"Resource":"${KEY}"`);
});

test('a layer that exports traces is in each function, with the script that starts it and its rights', () => {
  for (const name of functionNames)
    expect(template.Resources[`${logicalName(name)}LambdaFunction`]?.Properties).toMatchObject({
      Layers: [LAYER],
      Environment: { Variables: { AWS_LAMBDA_EXEC_WRAPPER: '/opt/otel-instrument' } },
    });
  for (const [id, { Properties }] of ofType(/::Role$/))
    if (id !== 'CanaryRole') expect(Properties.ManagedPolicyArns, id).toEqual([POLICY]);
});

describe('everything calls a function by its alias', () => {
  test.each(functionNames)('%s', (name) => {
    const lambda = `${logicalName(name)}LambdaFunction`;
    const alias = `${logicalName(name)}LiveAlias`;
    expect(template.Resources[alias]?.Properties).toMatchObject({
      Name: 'live',
      FunctionName: { Ref: lambda },
    });
    const calls = ofType(/::(Permission|EventSourceMapping|Integration|Rule)$/).filter(
      ([, { Properties }]) => [lambda, alias].some((id) => text(Properties).includes(`"${id}"`)),
    );
    expect(calls.length).toBeGreaterThan(0);
    for (const [id, { Properties }] of calls)
      expect(text(Properties), id).toMatch(
        new RegExp(`"${alias}"|\\{"Fn::GetAtt":\\["${lambda}","Arn"\\]\\},"live"`),
      );
  });

  test('control-jobs goes out before the ways in', () => {
    for (const name of ['accept-http', 'accept-event'])
      expect(template.Resources[`${logicalName(name)}LiveAlias`]).toMatchObject({
        DependsOn: ['ControlDashjobsLiveAlias'],
      });
  });

  test('a canary moves the alias of accept-http, and goes back on an alarm', () => {
    expect(template.Resources.AcceptDashhttpLiveAlias).toMatchObject({
      UpdatePolicy: {
        CodeDeployLambdaAliasUpdate: {
          ApplicationName: { Ref: 'CanaryApplication' },
          DeploymentGroupName: { Ref: 'CanaryDeploymentGroup' },
        },
      },
    });
    expect(template.Resources.CanaryDeploymentGroup?.Properties).toMatchObject({
      DeploymentConfigName: 'CodeDeployDefault.LambdaCanary10Percent5Minutes',
      AutoRollbackConfiguration: { Enabled: true },
      AlarmConfiguration: { Enabled: true, Alarms: [{ Name: { Ref: 'CanaryErrorsAlarm' } }] },
    });
  });

  test('it goes back on what rings ApiErrorsAlarm, minute by minute', () => {
    const metricsOf = (id: string) => text(template.Resources[id]?.Properties.Metrics);
    expect(metricsOf('CanaryErrorsAlarm')).toBe(
      metricsOf('ApiErrorsAlarm').replaceAll('"Period":300', '"Period":60'),
    );
    expect(metricsOf('CanaryErrorsAlarm')).not.toContain('AWS/ApiGateway');
  });

  test('concurrency is reserved by setting', () => {
    expect(template.Resources.ControlDashjobsLambdaFunction?.Properties).toMatchObject({
      ReservedConcurrentExecutions: '5',
    });
    expect(template.Resources.AcceptDashhttpLambdaFunction?.Properties).not.toHaveProperty(
      'ReservedConcurrentExecutions',
    );
  });
});
