import { beforeAll, describe, expect, test } from 'vitest';
import { functionNames } from '../../build/bundle.ts';
import { readAcceptConfig } from '../../shared/edge/accept-config.ts';
import { readControlConfig } from '../../shared/edge/control-config.ts';
import { readLedgerConfig } from '../../shared/edge/ledger-config.ts';
import { operations } from '../../shared/operations/index.ts';
import { packageOfRun, type Template } from './package-service.ts';
import { readTemplate } from './read-template.ts';

let template: Template;
beforeAll(async () => {
  ({ template } = await packageOfRun());
});

const read = () => readTemplate(template);

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
