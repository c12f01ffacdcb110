import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { functionNames } from '../../build/bundle.ts';
import { AWS, beginStack, type TestStack, until } from '../support/stack.ts';
import { INTENTS_PATH, runPath } from '../support/vendor.ts';
import { packageOfRun } from './package-service.ts';
import { readZip } from './read-zip.ts';

let folder: string;
let stack: TestStack;
let eventBridge: EventBridgeClient;

/** Unpacks a zip as Lambda does, where no other file of the project can be found. */
const unpack = async (name: string, zip: Buffer): Promise<void> => {
  for (const [path, content] of readZip(zip)) {
    const file = join(folder, 'task', name, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zips-'));
  const { readZip: zipOf } = await packageOfRun();
  for (const name of functionNames) await unpack(name, await zipOf(name));
  const moduleOf = (name: string) =>
    pathToFileURL(join(folder, 'task', name, 'dist', name, 'index.mjs'));
  stack = await beginStack({ BATCH_WINDOW_SECONDS: '1' }, moduleOf);
  eventBridge = new EventBridgeClient({ ...AWS, endpoint: stack.wires.bus });
}, 240_000);

afterAll(async () => {
  eventBridge?.destroy();
  await stack?.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('what a function loads at its start', () => {
  /** Bytes of what a cold start loads, the logger and the API of traces included. The times of an import are the bench's. */
  test.each([
    ['accept-http', 165],
    ['accept-event', 265],
    ['control-jobs', 600],
  ])('a cold start of %s loads at most %i KiB', async (name, kib) => {
    const { size } = await stat(join(folder, 'task', name, 'dist', name, 'index.mjs'));
    expect(size).toBeLessThanOrEqual(kib * 1_024);
  });

  test.each(functionNames)('errors of %s keep the names of their classes', async (name) => {
    const failed = promisify(execFile)(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        `const tell = ({ name, constructor }) => { console.error(name, constructor.name); process.exit(1); };
        const { handler } = await import(process.argv[1]).catch(tell);
        await handler({ Records: [] }, {}).catch(tell);`,
        join(folder, 'task', name, 'dist', name, 'index.mjs'),
      ],
      { cwd: folder, env: {} },
    );
    await expect(failed).rejects.toMatchObject({
      stderr: expect.stringMatching(/(^|\n)MisconfiguredError MisconfiguredError\n$/),
    });
  });
});

describe('what is deployed carries out intents, from each way in to the results', () => {
  const resultsOf = (correlation: string) =>
    stack.results().filter(({ correlation_id: id }) => id === correlation);

  test('over HTTP', async () => {
    const { intentId } = await stack.post(runPath('zip'), '{"job_ids":[1,2,9223372036854775807]}');
    await until(() => expect(stack.resultsOf(intentId)).toHaveLength(3));
    for (const result of stack.resultsOf(intentId))
      expect(result).toMatchObject({ outcome: 'delivered', operation: 'dli.run' });
  });

  test('by an event', async () => {
    const Detail = JSON.stringify({
      operation: 'drs.start',
      project_id: 'zip',
      jobs: ['task'],
      correlation_id: 'by-event',
    });
    const entry = { Source: 'test', DetailType: 'Job Control Intent', Detail };
    await eventBridge.send(new PutEventsCommand({ Entries: [entry] }));
    await until(() => expect(resultsOf('by-event')).toHaveLength(1));
    expect(resultsOf('by-event')).toMatchObject([{ outcome: 'delivered', job_id: 'task' }]);
  });

  test('and a refusal names its reason', async () => {
    const body = JSON.stringify({ operation: 'dli.fly', project_id: 'zip', jobs: ['1'] });
    expect(await stack.post(INTENTS_PATH, body)).toMatchObject({ status: 400 });
  });

  test('nothing is left', async () => {
    await stack.idle();
    expect(await stack.depths()).toEqual({ intents: 0, deadLetters: 0, failedEvents: 0 });
  });
});
