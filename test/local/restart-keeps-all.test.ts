import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import type { Environment } from '../../shared/json/settings.ts';
import { startChild } from '../support/child.ts';
import { AWS, depthOf, send, until } from '../support/stack.ts';
import { runPath, startPath } from '../support/vendor.ts';
import { startNext } from './start-next.ts';

let parent: string;
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'job-fanin-'));
});
afterAll(() => rm(parent, { recursive: true }));

/** No server listens there. */
const NO_SERVER = 'http://127.0.0.1:1';

const settingsIn = (dir: string, settings: Environment = {}): Environment => ({
  DATA_DIR: join(parent, dir),
  BATCH_SIZE: '10',
  BATCH_WINDOW_SECONDS: '0',
  ...settings,
});

/** Ways to look at a stack from outside. */
const looksAt = (url: string, endpoint: string) => ({
  /** Messages on the intents queue. */
  depth: async () => {
    const sqs = new SQSClient({ ...AWS, endpoint });
    const queue = `${endpoint}/000000000000/job-fanin-intents`;
    return depthOf(sqs, queue).finally(() => sqs.destroy());
  },
  results: async (intentId: string) => {
    const { text } = await send(`${url}/local/results?intent_id=${intentId}`, null, {}, 'GET');
    const events: { detail: Record<string, unknown> }[] = JSON.parse(text);
    return events.map(({ detail }) => detail);
  },
});

/** The stack in a process of its own. */
const begin = async (context: TestContext, dir: string, settings?: Environment) => {
  const child = startChild(context, settingsIn(dir, settings));
  const url = await child.ready();
  const endpoint = await child.says(/ {2}queue +(http:\S+)/);
  return {
    ...child,
    ...looksAt(url, endpoint),
    url,
    end: async () => {
      child.signal('SIGTERM');
      expect(await child.ended()).toMatchObject({ code: 0, signal: null });
    },
  };
};

const beginAgain = async (context: TestContext, dir: string, settings?: Environment) => {
  const { url, wires } = await startNext(context, settingsIn(dir, settings));
  return looksAt(url, wires.queue);
};

describe.concurrent('with DATA_DIR, what is queued outlives the process', () => {
  test('an orderly end, which leaves the directory free, and is carried out after the next start', async (context) => {
    const first = await begin(context, 'orderly', {
      DLI_ENDPOINT: NO_SERVER,
      DRS_ENDPOINT: NO_SERVER,
    });
    const run = await send(first.url + runPath('kept'), '{"job_ids":[9223372036854775807,131]}');
    const start = await send(first.url + startPath('kept'), '{"jobs":[{"job_id":"a"}]}');
    expect([run.status, start.status]).toEqual([200, 202]);
    // Both have been tried and given back.
    await first.says(/"unanswered":[12].*"unanswered":[12].*"given_back":[12]/s);
    await first.end();

    const second = await beginAgain(context, 'orderly');
    await until(async () => expect(await second.depth()).toBe(0));
    expect(await second.results(run.intentId)).toMatchObject([
      { job_id: '9223372036854775807', outcome: 'delivered' },
      { job_id: '131', outcome: 'delivered' },
    ]);
    expect(await second.results(start.intentId)).toMatchObject([
      { job_id: 'a', outcome: 'delivered' },
    ]);
  });

  test('a sudden end too, which leaves it free as well, even within the window of its batch', async (context) => {
    const first = await begin(context, 'sudden', { BATCH_WINDOW_SECONDS: '300' });
    await send(first.url + runPath('kept'), '{"job_ids":[131]}');
    first.signal('SIGKILL');
    await first.ended();

    const second = await beginAgain(context, 'sudden', { BATCH_WINDOW_SECONDS: '300' });
    expect(await second.depth()).toBe(1);
  });
});

describe.concurrent('a DATA_DIR that cannot be used is one line, and exit 1', () => {
  test('a file', async (context) => {
    const file = join(parent, 'file');
    await writeFile(file, '');
    const { code, stderr } = await startChild(context, { DATA_DIR: file }).ended();
    expect(code).toBe(1);
    expect(stderr).toMatch(/^DATA_DIR cannot be used: .+\n$/);
  });
});

describe.concurrent('a DATA_DIR is for one process at a time', () => {
  test('the next one says who has it, in one line, and the first and one beside it work on', async (context) => {
    const [first, beside] = await Promise.all([
      begin(context, 'shared'),
      begin(context, 'another'),
    ]);
    const { code, stdout, stderr } = await startChild(context, {
      DATA_DIR: join(parent, 'shared'),
    }).ended();
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(
      new RegExp(
        `^DATA_DIR \\S+/shared is in use by process ${first.pid} on .+: end that one first, or set DATA_DIR to another directory\\.\n$`,
      ),
    );
    for (const one of [first, beside]) {
      const run = await send(one.url + runPath('p'), '{"job_ids":[131]}');
      await until(async () =>
        expect(await one.results(run.intentId)).toMatchObject([{ outcome: 'delivered' }]),
      );
      await one.end();
    }
  });
});
