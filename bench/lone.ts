import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openCloud } from './rig/cloud.ts';
import { openCounter } from './rig/counter.ts';
import { OURS } from './rig/designs.ts';
import { type Environment, startEnvironment } from './rig/environments.ts';
import { startMapping } from './rig/mapping.ts';
import { openQueue } from './rig/queue.ts';
import { environmentOf, FUNCTION_SECONDS, writeSecrets } from './rig/settings.ts';
import { backlog, USUAL } from './rig/workloads.ts';

const VISIBILITY_MS = 30_000;
const SPREAD_MS = 500;

/** Milliseconds from the queue to the result, of one job that has a queue for itself. */
const measureOne = async (
  environment: Environment,
  windowMs: number,
  waiting: Map<string, () => void>,
): Promise<number> => {
  const { messages, wishes } = backlog(1, 1);
  const name = `${wishes[0]?.id}/${wishes[0]?.jobs[0]}`;
  const queue = openQueue(VISIBILITY_MS, openCounter());
  const batchSize = windowMs === 0 ? 10 : OURS.batchSize;
  const options = { batchSize, windowMs, concurrency: 2, keepsFailures: true };
  const mapping = startMapping(queue, options, (_, event) => environment.invoke(event));
  await sleep(Math.random() * SPREAD_MS);
  const start = performance.now();
  const told = new Promise<void>((resolve) => waiting.set(name, resolve));
  // Each job has a project of its own, so that no two go out together.
  const project = `lone${wishes[0]?.id.slice(-8)}`;
  queue.send(
    messages.map(({ id, body }) => ({ id, body: body.replaceAll(/054ba152\w+/g, project) })),
  );
  await told;
  const ms = performance.now() - start;
  await mapping.stop();
  queue.close();
  return ms;
};

/** How long single jobs take, one after the other in a queue, by the batching window. */
export const measureLone = async (windowMs: number, jobs: number): Promise<readonly number[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const cloud = await openCloud({ awsMs: [5, 10], upstream: USUAL, visibilityMs: VISIBILITY_MS });
  const env = environmentOf(cloud.url, writeSecrets(folder, OURS), OURS);
  const timeoutMs = FUNCTION_SECONDS * 1_000;
  const environment = startEnvironment({ module: OURS.module, env, timeoutMs });
  const waiting = new Map<string, () => void>();
  cloud.bus.watch(() => {
    for (const [name, tell] of waiting) if (cloud.bus.outcomes.has(name)) tell();
  });
  try {
    await environment.ready();
    // The first invocation loads what the others have.
    await measureOne(environment, 0, waiting);
    return await Promise.all(
      Array.from({ length: jobs }, () => measureOne(environment, windowMs, waiting)),
    );
  } finally {
    environment.stop();
    cloud.close();
    rmSync(folder, { recursive: true });
  }
};
