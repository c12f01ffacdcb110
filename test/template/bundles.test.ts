import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleFunction, functionNames } from '../../build/bundle.ts';
import { type EventBus, startEventBus } from '../../local/bus/event-bus.ts';
import { developmentCallers } from '../../local/callers.ts';
import { DEFAULT_TOKEN } from '../../local/settings.ts';
import { startUpstream, type Upstream } from '../../local/upstream/simulator.ts';
import { startBareServer } from '../support/bare-server.ts';
import { deployedBundles } from '../support/bundles.ts';
import { DEV_PROOF } from '../support/callers.ts';
import { createTable, startDynamoDb } from '../support/dynamodb.ts';

const region = 'eu-west-1';
const PROJECT = '054ba152d480d55b2f5dc0069e7ddef0';

/** The folder is outside of the project: no `node_modules` is to be found from there. */
let folder: string;
let parent: string;
let queues: FauxqsServer;
let bus: EventBus;
let ledger: Awaited<ReturnType<typeof startDynamoDb>>;
let upstream: Upstream;
let secrets: string;
let callers: string;

const PAIR = { ak: 'access-key', sk: 'secret-key-of-the-pair' };

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'bundles-'));
  // As deep as the bundles of the run: the names of parts depend on the way from there to the sources.
  folder = join(parent, 'again');
  for (const name of functionNames)
    await bundleFunction(name, { outdir: join(folder, 'dist'), credentials: 'environment' });
  await cp(join(import.meta.dirname, '../../docs'), join(folder, 'docs'), { recursive: true });
  queues = await startFauxqs({ port: 0, logger: false });
  for (const name of ['intents', 'intents-dlq']) queues.createQueue(name, { region });
  bus = await startEventBus({ buses: ['results'], region });
  upstream = await startUpstream({ accounts: { keys: [PAIR] } });
  secrets = join(folder, 'secrets.json');
  await writeFile(secrets, JSON.stringify({ projects: { '*': PAIR } }));
  callers = join(folder, 'callers.json');
  await writeFile(callers, JSON.stringify({ callers: developmentCallers(DEFAULT_TOKEN) }));
  ledger = await startDynamoDb();
  await createTable(ledger.dynamoDb, 'ledger');
}, 240_000);

afterAll(async () => {
  await Promise.all([queues.stop(), bus.stop(), upstream.stop(), ledger.stop()]);
  await rm(parent, { recursive: true });
});

const KEYS = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };

const environment = () => {
  const sqs = `http://127.0.0.1:${queues.port}`;
  return {
    QUEUE_URL: `${sqs}/000000000000/intents`,
    DEAD_LETTER_QUEUE_URL: `${sqs}/000000000000/intents-dlq`,
    EVENT_BUS_NAME: 'results',
    LEDGER_TABLE: 'ledger',
    DLI_ENDPOINT: upstream.url,
    DRS_ENDPOINT: upstream.url,
    FUNCTION_TIMEOUT_SECONDS: '120',
    UPSTREAM_SECRETS_FILE: secrets,
    CALLERS_FILE: callers,
    AWS_REGION: region,
    AWS_ENDPOINT_URL_SQS: sqs,
    AWS_ENDPOINT_URL_EVENTBRIDGE: bus.url,
    AWS_ENDPOINT_URL_DYNAMODB: ledger.url,
  };
};

const program = `
const [file, event] = process.argv.slice(1);
const { handler } = await import(file);
const context = { getRemainingTimeInMillis: () => 100_000 };
const answer = await handler(JSON.parse(event), context);
process.stdout.write(JSON.stringify(answer), () => process.exit());
`;

/** Hands an event to a bundle's handler in a process of its own, which knows nothing but the environment. */
const invoke = async (
  name: string,
  event: string,
  keys: Readonly<Record<string, string>> = KEYS,
): Promise<{ answer: unknown; warnings: string }> => {
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', program, join(folder, 'dist', name, 'index.mjs'), event],
    { cwd: folder, env: { ...environment(), ...keys } },
  );
  return { answer: JSON.parse(stdout.split('\n').at(-1) ?? ''), warnings: stderr };
};

/** A sample over HTTP, as the development caller sends it. */
const request = async (path: string) => {
  const event = JSON.parse(await sample(path));
  return JSON.stringify({ ...event, headers: { ...event.headers, ...DEV_PROOF } });
};

const sample = (path: string): Promise<string> =>
  readFile(join(import.meta.dirname, '../../events', path), 'utf8');

const queued = (): readonly unknown[] =>
  (queues.inspectQueue('intents')?.messages.ready ?? []).map(({ body }) => JSON.parse(body));

test('two builds are the same, byte for byte', async () => {
  const once = await deployedBundles();
  const files = (await readdir(once, { recursive: true })).filter((file) => /mjs$/.test(file));
  expect(files.length).toBeGreaterThan(functionNames.length);
  for (const file of files) {
    const again = await readFile(join(folder, 'dist', file));
    expect(again.equals(await readFile(join(once, file))), file).toBe(true);
  }
});

describe('a bundle needs nothing but its own files', () => {
  const OWN = /(?:\bfrom|\bimport|\bimport\()"\.\/(later-[A-Z0-9]{8}\.mjs)"/g;

  test.each(functionNames)('%s imports its own files alone', async (name) => {
    const files = (await readdir(join(folder, 'dist', name))).filter((file) => /mjs$/.test(file));
    for (const file of files) {
      const code = await readFile(join(folder, 'dist', name, file), 'utf8');
      expect(files).toEqual(expect.arrayContaining([...code.matchAll(OWN)].map(([, own]) => own)));
      const foreign = code.replaceAll(OWN, '').replaceAll(/import\{[^}]*\}/g, '');
      expect(foreign).not.toMatch(/(^|[;}])import[\s{"'*]/);
      for (const [, module] of foreign.matchAll(/import\(["']([^"']+)["']\)/g))
        expect(module).toBe('@smithy/core/event-streams');
    }
  });

  test('accept-http answers and queues', async () => {
    const said = await invoke('accept-http', await request('accept-http/1-dli-run.json'));
    expect(said).toMatchObject({ answer: { statusCode: 200 }, warnings: '' });
    expect(queued()).toContainEqual(
      expect.objectContaining({ operation: 'dli.run', project_id: PROJECT }),
    );
  });

  /** Secrets Manager with one secret, for one test. */
  const secretsManager = (SecretString: string): Promise<string> =>
    startBareServer(async (asked, response) => {
      await asked.toArray();
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify({ SecretString }));
    });

  const bySecret = (endpoint: string) => ({
    ...KEYS,
    CALLERS_FILE: '',
    CALLERS_SECRET_ID: 'callers',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint,
  });

  test('accept-http reads its callers from Secrets Manager, by a client that it imports then', async () => {
    const endpoint = await secretsManager(await readFile(callers, 'utf8'));
    const event = await request('accept-http/2-dli-stop.json');
    const said = await invoke('accept-http', event, bySecret(endpoint));
    expect(said).toMatchObject({ answer: { statusCode: 200 }, warnings: '' });
    const unproved = await sample('accept-http/2-dli-stop.json');
    expect(await invoke('accept-http', unproved, bySecret(endpoint))).toMatchObject({
      answer: { statusCode: 401 },
    });
  });

  test('accept-http names every fault of that secret, and no value', async () => {
    const endpoint = await secretsManager('{"callers":[{"id":"S3CRET ","S3CRET":1}]}');
    const event = await request('accept-http/2-dli-stop.json');
    const said = await invoke('accept-http', event, bySecret(endpoint));
    expect(said).toMatchObject({
      answer: { statusCode: 500 },
      warnings: expect.stringMatching(
        /callers not read.*#\/callers\/0: has a field that is not known; #\/callers\/0\/id: .*proofs: is required/,
      ),
    });
    expect(JSON.stringify(said)).not.toContain('S3CRET');
  });

  test('accept-http serves its description, which lies beside it in the zip', async () => {
    const event = JSON.parse(await sample('accept-http/4-native.json'));
    event.requestContext.http.method = 'GET';
    const text = await readFile(join(folder, 'docs/openapi.json'), 'utf8');
    const asked = JSON.stringify({ ...event, rawPath: '/openapi.json', body: '' });
    expect(await invoke('accept-http', asked)).toMatchObject({
      answer: { statusCode: 200, body: text },
      warnings: '',
    });
  });

  test('accept-event answers and queues', async () => {
    const said = await invoke('accept-event', await sample('accept-event/6-direct.json'));
    expect(said).toMatchObject({ answer: { operation: 'drs.start', job_count: 1 }, warnings: '' });
    expect(queued()).toContainEqual(
      expect.objectContaining({ operation: 'drs.start', project_id: PROJECT }),
    );
  });

  test('control-jobs calls and publishes, and given the same again it calls nobody', async () => {
    const batch = await sample('control-jobs/7-batch.json');
    for (const times of [1, 2]) {
      const said = await invoke('control-jobs', batch);
      expect(said, `time ${times}`).toEqual({ answer: { batchItemFailures: [] }, warnings: '' });
      expect(upstream.calls).toHaveLength(1);
    }
    expect(bus.events.map(({ detail }) => detail)).toContainEqual(
      expect.objectContaining({ job_id: '9007199254740993', operation: 'dli.run' }),
    );
  });

  test('control-jobs takes a file of SQLite as well', async () => {
    const batch = (await sample('control-jobs/7-batch.json')).replaceAll('9007199254740993', '7');
    const said = await invoke('control-jobs', batch, {
      ...KEYS,
      LEDGER_TABLE: '',
      LEDGER_FILE: join(folder, 'ledger.sqlite'),
    });
    expect(said).toMatchObject({ answer: { batchItemFailures: [] } });
  });

  test('control-jobs says it clearly where its table is missing, and does nothing', async () => {
    const before = upstream.calls.length;
    const batch = await sample('control-jobs/7-batch.json');
    const failure = invoke('control-jobs', batch, { ...KEYS, LEDGER_TABLE: 'nowhere' });
    await expect(failure).rejects.toMatchObject({
      stderr: expect.stringMatching(
        /MisconfiguredError.* LEDGER_TABLE names a table that does not exist/,
      ),
    });
    expect(upstream.calls).toHaveLength(before);
  });
});

describe('credentials come from the environment variables alone', () => {
  test('without keys the function says so, and asks no other source', async () => {
    const before = queued().length;
    const said = await invoke('accept-http', await request('accept-http/1-dli-run.json'), {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${upstream.url}/credentials`,
    });
    expect(said).toMatchObject({
      answer: { statusCode: 503 },
      warnings: expect.stringContaining('CredentialsProviderError'),
    });
    expect(queued()).toHaveLength(before);
  });
});
