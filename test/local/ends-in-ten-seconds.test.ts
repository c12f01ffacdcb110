import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { startEventBus } from '../../local/bus/event-bus.ts';
import { startUpstream } from '../../local/upstream/simulator.ts';
import { BUS_NAME } from '../../local/wires.ts';
import type { Environment } from '../../shared/json/settings.ts';
import { startChild } from '../support/child.ts';
import { AWS, depthOf, send, until } from '../support/stack.ts';
import { runPath } from '../support/vendor.ts';
import { startNext } from './start-next.ts';

/** What Docker and Kubernetes' simplest settings give a process after SIGTERM. */
const BOUND_MS = 10_000;

let parent: string;
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'job-fanin-'));
});
afterAll(() => rm(parent, { recursive: true }));

const hiddenIn = async (sqs: SQSClient, QueueUrl: string): Promise<number> => {
  const name = 'ApproximateNumberOfMessagesNotVisible';
  const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [name] });
  return Number((await sqs.send(command)).Attributes?.[name]);
};

const runAt =
  (url: string) =>
  (...ids: number[]) =>
    send(url + runPath('p'), JSON.stringify({ job_ids: ids }));

/** One process of the stack, and the ways to look at it. */
const startOne = async (context: TestContext, settings: Environment) => {
  const child = startChild(context, settings);
  const url = await child.ready();
  const endpoint = await child.says(/ {2}queue +(http:\S+)/);
  const sqs = new SQSClient({ ...AWS, endpoint });
  context.onTestFinished(() => sqs.destroy());
  const queue = `${endpoint}/000000000000/job-fanin-intents`;
  return {
    ...child,
    run: runAt(url),
    url,
    /** Sends the signal; resolves to what the process said from then on, and how long it took. */
    end: async (signal: NodeJS.Signals) => {
      const signalled = performance.now();
      child.signal(signal);
      const { code, stdout, stderr } = await child.ended();
      expect({ code, stderr }).toMatchObject({ code: 0 });
      return {
        tookMs: performance.now() - signalled,
        said: stdout.split('in flight\n')[1],
        stderr,
      };
    },
    /** Messages on the intents queue. */
    depth: () => depthOf(sqs, queue),
    /** Those of them that the mapping holds. */
    hidden: () => hiddenIn(sqs, queue),
  };
};

/** A bus and an upstream that outlive the stack, the stack in a process of its own, and the one that comes after it. */
const begin = async (context: TestContext, dir: string) => {
  const upstream = await startUpstream();
  const bus = await startEventBus({ buses: [BUS_NAME] });
  context.onTestFinished(async () => {
    await upstream.stop();
    await bus.stop();
  });
  const common = {
    DATA_DIR: join(parent, dir),
    BATCH_SIZE: '10',
    BATCH_WINDOW_SECONDS: '0',
    DLI_ENDPOINT: upstream.url,
    DRS_ENDPOINT: upstream.url,
    AWS_ENDPOINT_URL_EVENTBRIDGE: bus.url,
  };
  const start = (settings: Readonly<Record<string, string>> = {}) =>
    startOne(context, { ...common, ...settings });
  const startAgain = async () => {
    const { url, wires, queues } = await startNext(context, common);
    const sqs = new SQSClient({ ...AWS, endpoint: wires.queue });
    context.onTestFinished(() => sqs.destroy());
    return { run: runAt(url), depth: () => depthOf(sqs, queues.intents) };
  };
  const outcomes = () =>
    bus.events.map(({ detail }) => `${detail.job_id} ${detail.outcome}`).toSorted();
  return { upstream, start, startAgain, outcomes };
};

describe.concurrent('a signal ends it within ten seconds, and no answer is lost', () => {
  test.for([
    ['SIGTERM', 3_000],
    ['SIGINT', 7_000],
  ] as const)('%s, a call whose answer takes %d ms', async ([signal, latencyMs], context) => {
    const { upstream, start, outcomes, startAgain } = await begin(context, `answer-${latencyMs}`);
    upstream.behave({ 'dli.run': { latencyMs } });
    const first = await start();
    await first.run(131, 132);
    await until(() => expect(upstream.calls).toHaveLength(1));
    const { tookMs, said } = await first.end(signal);
    expect(tookMs).toBeLessThan(BOUND_MS);
    expect(outcomes()).toEqual(['131 delivered', '132 delivered']);
    expect(said).not.toMatch(/unfinished|left on the queue/);

    upstream.reset();
    const second = await startAgain();
    expect(await second.depth()).toBe(0);
    await second.run(133);
    await until(() => expect(outcomes()).toContain('133 delivered'));
    expect(upstream.calls.map(({ job_ids: ids }) => ids)).toEqual([['131', '132'], ['133']]);
  });

  test('what has not gone out does not, and is called once by the next process', async (context) => {
    const { upstream, start, outcomes, startAgain } = await begin(context, 'begun');
    upstream.behave({ 'dli.run': { latencyMs: 2_000 } });
    const first = await start({ MAX_JOBS_PER_CALL: '1', CALL_CONCURRENCY: '1' });
    await first.run(1, 2, 3);
    await until(() => expect(upstream.calls).toHaveLength(1));
    const { tookMs, said } = await first.end('SIGTERM');
    expect(tookMs).toBeLessThan(BOUND_MS);
    expect(upstream.calls).toHaveLength(1);
    expect(outcomes()).toEqual(['1 delivered']);
    expect(said).toMatch(/\n1 message is left on the queue, in \S+\/begun\n$/);

    upstream.reset();
    await startAgain();
    await until(() => expect(outcomes()).toEqual(['1 delivered', '2 delivered', '3 delivered']));
    expect(upstream.calls.flatMap(({ job_ids: ids }) => ids).toSorted()).toEqual(['1', '2', '3']);
  });

  test('a call that hangs is given up at the bound, which it says, and not repeated blindly', async (context) => {
    const { upstream, start, outcomes } = await begin(context, 'hangs');
    upstream.behave({ 'dli.run': { next: ['hangAfterEffect'] } });
    const first = await start();
    await first.run(131);
    await until(() => expect(upstream.calls).toHaveLength(1));
    const { tookMs, said, stderr } = await first.end('SIGTERM');
    expect(tookMs).toBeLessThan(BOUND_MS);
    expect(said).toMatch(
      /^1 unfinished invocation was ended; 1 message is left on the queue, in \S+\/hangs\n$/,
    );
    expect(stderr).toMatch(
      /^the function failed, and the whole batch of 1 comes back: ended unf.*\n$/,
    );

    const second = await start();
    expect(await second.depth()).toBe(1);
    // What came for the same job since has to wait for the claim.
    await second.run(131);
    await second.says(/"message":"batch".*"given_back":1/);
    expect([upstream.calls.length, outcomes()]).toEqual([1, []]);
    await second.end('SIGTERM');
  });

  test('a client that never finishes its request is hung up on', async (context) => {
    const { start } = await begin(context, 'client');
    const { url, end } = await start({ STOP_SECONDS: '2' });
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => undefined);
    const answered = new Promise((resolve) => socket.once('data', resolve));
    socket.write(
      `POST ${runPath('p')} HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n{`,
    );
    await answered;
    const { tookMs, stderr } = await end('SIGTERM');
    expect(tookMs).toBeLessThan(BOUND_MS);
    expect(stderr).toBe('');
    await closed;
  });
});

describe.concurrent('messages that wait for their batch', () => {
  test('are left on the queue, and carried out after the next start', async (context) => {
    const { upstream, start, outcomes, startAgain } = await begin(context, 'window');
    const first = await start({ BATCH_WINDOW_SECONDS: '300' });
    await first.run(131);
    await until(async () => expect(await first.hidden()).toBe(1));
    const { tookMs, said } = await first.end('SIGTERM');
    expect(tookMs).toBeLessThan(BOUND_MS);
    expect(said).toMatch(/\n1 message is left on the queue, in \S+\/window\n$/);
    expect(upstream.calls).toEqual([]);

    await startAgain();
    await until(() => expect(outcomes()).toEqual(['131 delivered']));
  });

  test('are carried out where STOP_SECONDS leaves time for it', async (context) => {
    const { start, outcomes } = await begin(context, 'patient');
    const first = await start({ BATCH_WINDOW_SECONDS: '300', STOP_SECONDS: '60' });
    await first.run(131);
    await until(async () => expect(await first.hidden()).toBe(1));
    const { said } = await first.end('SIGTERM');
    expect(outcomes()).toEqual(['131 delivered']);
    expect(said).not.toMatch(/left/);
  });

  test('are lost without DATA_DIR, which it says', async (context) => {
    const { start } = await begin(context, 'none');
    const first = await start({ BATCH_WINDOW_SECONDS: '300', DATA_DIR: '' });
    await first.run(131);
    await until(async () => expect(await first.hidden()).toBe(1));
    const { said } = await first.end('SIGTERM');
    expect(said).toMatch(/\n1 message is lost with this process, since DATA_DIR is not set\n$/);
  });
});
