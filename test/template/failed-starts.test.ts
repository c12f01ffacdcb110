import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SQSClient } from '@aws-sdk/client-sqs';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleFunction } from '../../build/bundle.ts';
import { MEND } from '../../shared/json/trouble.ts';
import { AWS } from '../support/aws.ts';
import { startBareServer } from '../support/bare-server.ts';
import { passThrough } from '../support/pass-through.ts';
import { runBundle } from '../support/run-bundle.ts';
import { recordOf } from '../support/sqs.ts';

const { region } = AWS;
const ARN = `arn:aws:sqs:${region}:000000000000:intents`;

let folder: string;
let queues: FauxqsServer;
let endpoint: string;
let client: SQSClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'misconfigured-'));
  await bundleFunction('control-jobs', { outdir: folder, credentials: 'environment' });
  queues = await startFauxqs({ port: 0, logger: false });
  queues.createQueue('intents', { region, attributes: { VisibilityTimeout: '1020' } });
  endpoint = `http://127.0.0.1:${queues.port}`;
  client = new SQSClient({ ...AWS, endpoint });
}, 240_000);

afterAll(async () => {
  client?.destroy();
  await queues?.stop();
  await rm(folder, { recursive: true });
});

const GOOD = {
  DEAD_LETTER_QUEUE_URL: 'https://sqs.example.com/1/dead',
  EVENT_BUS_NAME: 'results',
  DLI_ENDPOINT: 'https://dli.example.com',
  DRS_ENDPOINT: 'https://drs.example.com',
  LEDGER_TABLE: 'ledger',
  FUNCTION_TIMEOUT_SECONDS: '120',
  UPSTREAM_SECRET_ID: 'upstream',
};

/** What Lambda sets, and how the test's servers are reached. */
const platform = () => ({
  AWS_REGION: region,
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_ENDPOINT_URL_SQS: endpoint,
});

/** Messages that the queue gave, handed to the function with these settings. */
const invoke = async (settings: Readonly<Record<string, string>>) => {
  const QUEUE_URL = `${endpoint}/000000000000/intents`;
  const given = await passThrough(client, QUEUE_URL, ['one', 'two']);
  const Records = given.map(({ body, receiptHandle }, i) => ({
    ...recordOf(body, {}, `m${i}`),
    receiptHandle,
    eventSourceARN: ARN,
  }));
  const before = Date.now();
  const environment = { ...platform(), ...GOOD, QUEUE_URL, ...settings };
  const said = await runBundle(join(folder, 'control-jobs/index.mjs'), { Records }, environment);
  const handles = given.map(({ receiptHandle }) => receiptHandle);
  const kept = queues.inspectQueue('intents')?.messages.inflight ?? [];
  return {
    said,
    line: JSON.parse(said.warnings.split('\n')[0] ?? ''),
    /** Seconds until each message comes back. */
    comesBack: kept
      .filter(({ receiptHandle }) => handles.includes(receiptHandle))
      .map(({ visibilityDeadline }) => Math.round((visibilityDeadline - before) / 1_000)),
  };
};

const soon = (seconds: number): boolean => seconds >= 58 && seconds <= 75;

describe('a function that cannot start gives its messages back after a minute', () => {
  test.each([
    ['a number out of its bounds', { MAX_JOBS_PER_CALL: '0' }, /MAX_JOBS_PER_CALL must be/],
    ['settings that do not go together', { MAX_CONCURRENCY: '8' }, /CALLS_PER_KEY times/],
    ['a log level that there is not', { LOG_LEVEL: 'loud' }, /LOG_LEVEL must be/],
    [
      'no queue, and no secret',
      { QUEUE_URL: '', UPSTREAM_SECRET_ID: '' },
      /QUEUE_URL is not set; .*SECRET/,
    ],
    [
      'a ledger that cannot be opened',
      { LEDGER_TABLE: '', LEDGER_FILE: '/nowhere/at/all' },
      /open/,
    ],
  ])('%s', async (_, settings, fault) => {
    const { said, line, comesBack } = await invoke(settings);
    expect(said.error).toMatch(fault);
    expect(comesBack.map(soon)).toEqual([true, true]);
    expect(line).toMatchObject({
      level: 'WARN',
      message: 'batch failed',
      service: 'control-jobs',
      messages: 2,
      error: expect.stringMatching(fault),
    });
    expect(line.advice === MEND).toBe(line.reason === 'misconfigured');
  });

  test('and so does one whose secret and table are not there', async () => {
    const nothing = await startBareServer(async (asked, response) => {
      await asked.toArray();
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify({ __type: 'ResourceNotFoundException', message: 'no' }));
    });
    const { said, comesBack } = await invoke({
      AWS_ENDPOINT_URL_SECRETS_MANAGER: nothing,
      AWS_ENDPOINT_URL_DYNAMODB: nothing,
    });
    expect(said.error).toMatch(/^MisconfiguredError: /);
    expect(said.warnings).toContain('"message":"batch failed"');
    expect(comesBack.map(soon)).toEqual([true, true]);
  });
});
