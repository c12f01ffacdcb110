import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type QueueServer, startQueueServer } from '../../local/queue/server.ts';
import { beginStack, send, until } from '../support/stack.ts';

const lookAt = async (url: string) => {
  const { status, text } = await send(`${url}/healthz`, null, {}, 'GET');
  const health: { status: string; parts: Record<string, string> } = JSON.parse(text);
  return { code: status, ...health };
};

/** What is written to stderr by the parts while the test runs. */
const stderr = (): readonly string[] => {
  const lines: string[] = [];
  const written = vi.spyOn(console, 'error').mockImplementation((...parts: unknown[]) => {
    lines.push(parts.join(' '));
  });
  onTestFinished(() => written.mockRestore());
  return lines;
};

const begin = async (environment: Readonly<Record<string, string>> = {}) => {
  const stack = await beginStack(environment);
  onTestFinished(stack.stop);
  const health = () => lookAt(stack.url);
  return { ...stack, health };
};

const killed = (queue: QueueServer | undefined): Promise<void> => {
  if (queue === undefined) throw new Error('the queue is not embedded');
  return queue.kill();
};

const ALL = {
  queue: 'ok',
  mapping: 'ok',
  'accept-http': 'ok',
  'accept-event': 'ok',
  'control-jobs': 'ok',
  ledger: 'ok',
  bus: 'ok',
  upstream: 'ok',
};

describe('GET /healthz tells the truth', () => {
  test('200 while every part works, also under trouble that the simulator was told to make', async () => {
    const { health, upstream, bus } = await begin();
    expect(await health()).toEqual({ code: 200, status: 'ok', parts: ALL });
    upstream.behave({ '*': { down: 'hang' } });
    bus.behave({ failEntries: 1 });
    expect(await health()).toEqual({ code: 200, status: 'ok', parts: ALL });
    const { looks, refusals, calls } = upstream;
    expect([looks, refusals, calls]).toEqual([[], [], []]);
  });

  test("503 when the queue's thread has died, at once, and one line says so", async () => {
    const lines = stderr();
    const { health, wires } = await begin();
    await killed(wires.embeddedQueue);
    const { code, status, parts } = await health();
    expect([code, status]).toEqual([503, 'down']);
    expect(parts).toEqual({
      ...ALL,
      queue: 'down: its thread ended (exit code 1)',
      mapping: expect.any(String),
    });
    expect(lines.filter((line) => line.startsWith('the queue is gone'))).toEqual([
      'the queue is gone, and with it all that works: its thread ended (exit code 1)',
    ]);
    // The mapping tells on its own, once it is no hiccup.
    await until(async () =>
      expect((await health()).parts.mapping).toMatch(
        /^down: the queue cannot be polled for \d+ s: .*ECONNREFUSED/,
      ),
    );
  });

  test.for(['upstream', 'bus'] as const)(
    '503 when the server of the %s is closed',
    async (part) => {
      const stack = await begin();
      await stack[part].stop();
      const { code, status, parts } = await stack.health();
      expect([code, status]).toEqual([503, 'down']);
      expect(parts).toEqual({ ...ALL, [part]: expect.stringMatching(/^down: .*ECONNREFUSED/) });
    },
  );

  test('503 when the file of the ledger is gone: what is written is lost with the process', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'job-fanin-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const { health } = await begin({ DATA_DIR: folder });
    await rm(join(folder, 'ledger.sqlite'));
    expect(await health()).toEqual({
      code: 503,
      status: 'down',
      parts: { ...ALL, ledger: `down: ${join(folder, 'ledger.sqlite')} is gone` },
    });
  });

  test('another server is not asked, but the mapping tells of a queue that is gone', async () => {
    stderr();
    const server = await startQueueServer(undefined);
    const stack = await begin({ AWS_ENDPOINT_URL_SQS: server.endpoint });
    const { queue, ...others } = ALL;
    expect(await stack.health()).toEqual({ code: 200, status: 'ok', parts: others });
    await server.kill();
    await until(async () =>
      expect(await stack.health()).toMatchObject({
        code: 503,
        parts: { ...others, mapping: expect.stringMatching(/^down: the queue cannot be polled/) },
      }),
    );
  });
});
