import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deployedBundles } from '../support/bundles.ts';

const LAYER = join(import.meta.dirname, '../support/layer-sdk.ts');

const program = `
const [file, event] = process.argv.slice(1);
const { handler } = await import(file);
const context = { awsRequestId: 'request', getRemainingTimeInMillis: () => 100_000 };
await handler(JSON.parse(event), context).catch(() => undefined);
process.exit();
`;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'traces-'));
  await writeFile(
    join(folder, 'secrets.json'),
    '{"projects":{"*":{"ak":"access","sk":"secret-of-the-pair"}}}',
  );
});

afterAll(() => rm(folder, { recursive: true }));

/** No server is there: what leaves the process fails. */
const environment = () => ({
  QUEUE_URL: 'http://127.0.0.1:9/000000000000/intents',
  DEAD_LETTER_QUEUE_URL: 'http://127.0.0.1:9/000000000000/intents-dlq',
  EVENT_BUS_NAME: 'results',
  LEDGER_FILE: join(folder, 'ledger.db'),
  DLI_ENDPOINT: 'http://127.0.0.1:9',
  DRS_ENDPOINT: 'http://127.0.0.1:9',
  UPSTREAM_SECRETS_FILE: join(folder, 'secrets.json'),
  FUNCTION_TIMEOUT_SECONDS: '120',
  AWS_REGION: 'eu-west-1',
  AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:9',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
});

const spansOf = async (name: string, event: unknown, layer: readonly string[]) => {
  const file = join(await deployedBundles(), name, 'index.mjs');
  const { stderr } = await promisify(execFile)(
    process.execPath,
    [...layer, '--input-type=module', '--eval', program, file, JSON.stringify(event)],
    { env: environment() },
  );
  return stderr
    .split('\n')
    .flatMap((line) => (line.startsWith('{"name"') ? [JSON.parse(line)] : []));
};

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const intent = {
  operation: 'dli.run',
  project_id: 'p',
  jobs: ['1'],
  traceparent: `00-${TRACE}-b7ad6b7169203331-01`,
};

describe('a built function finds the SDK of a layer, whose API is another copy', () => {
  it('accept-event: the span of an intent is exported before the invocation ends', async () => {
    expect(await spansOf('accept-event', intent, ['--import', LAYER])).toMatchObject([
      {
        name: 'send intents',
        attributes: { 'error.type': 'not-queued' },
        parentSpanContext: { traceId: TRACE, spanId: 'b7ad6b7169203331' },
        instrumentationScope: { name: 'job-fanin' },
      },
    ]);
  });

  it('control-jobs: so is that of the invocation', async () => {
    expect(await spansOf('control-jobs', { Records: [] }, ['--import', LAYER])).toMatchObject([
      {
        name: 'process intents',
        attributes: {
          'faas.trigger': 'pubsub',
          'faas.invocation.id': 'request',
          'messaging.system.name': 'aws.sqs',
          'messaging.operation.type': 'process',
          'messaging.destination.name': 'intents',
          'job_fanin.messages': 0,
        },
      },
    ]);
  });

  it('without a layer there is none', async () => {
    expect(await spansOf('accept-event', intent, [])).toEqual([]);
  });
});
