import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { quantile } from './median.ts';
import type { Setup } from './model/setup.ts';
import { type Cloud, openCloud } from './rig/cloud.ts';
import { OURS_BY_KEY } from './rig/designs.ts';
import { startEnvironment } from './rig/environments.ts';
import { startMapping } from './rig/mapping.ts';
import { environmentOf, FUNCTION_SECONDS, writeSecrets } from './rig/settings.ts';
import { backlog, USUAL } from './rig/workloads.ts';

/** Messages come one by one, at this rate. Resolves to each one's name and time. */
const sendSteadily = async (cloud: Cloud, perSecond: number, seconds: number) => {
  const { messages, wishes } = backlog(perSecond * seconds, 1);
  const sent = new Map<string, number>();
  const start = performance.now();
  for (const [i, message] of messages.entries()) {
    const wait = start + (i * 1_000) / perSecond - performance.now();
    if (wait > 1) await sleep(wait);
    sent.set(`${wishes[i]?.id}/${wishes[i]?.jobs[0]}`, performance.now());
    cloud.queue.send([message]);
  }
  return sent;
};

/** When each result came. */
const watchResults = ({ bus }: Cloud): ReadonlyMap<string, number> => {
  const came = new Map<string, number>();
  bus.watch(() => {
    for (const name of bus.outcomes.keys()) if (!came.has(name)) came.set(name, performance.now());
  });
  return came;
};

/** Real functions under a steady load: jobs per call, and the time from the queue to the result. */
export const measureSteady = async (setup: Setup, seconds: number) => {
  const { perSecond, windowMs, batchSize } = setup;
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const cloud = await openCloud({ awsMs: [5, 10], upstream: USUAL, visibilityMs: 30_000 });
  const env = environmentOf(cloud.url, writeSecrets(folder, OURS_BY_KEY), OURS_BY_KEY);
  const options = { module: OURS_BY_KEY.module, env, timeoutMs: FUNCTION_SECONDS * 1_000 };
  const environments = [startEnvironment(options), startEnvironment(options)];
  try {
    await Promise.all(environments.map(({ ready }) => ready()));
    const came = watchResults(cloud);
    const mapping = startMapping(
      cloud.queue,
      { batchSize, windowMs, concurrency: environments.length, keepsFailures: true },
      async (slot, event) =>
        environments[slot]?.invoke(event) ?? { response: undefined, failed: true },
    );
    const sent = await sendSteadily(cloud, perSecond, seconds);
    while (came.size < sent.size) await sleep(20);
    await mapping.stop();
    const delays = [...sent].map(([name, at]) => (came.get(name) ?? Number.NaN) - at);
    const { calls = Number.NaN } = cloud.counter.counts();
    return {
      jobsPerCall: sent.size / calls,
      p50Ms: quantile(delays, 0.5),
      p99Ms: quantile(delays, 0.99),
    };
  } finally {
    for (const environment of environments) environment.stop();
    cloud.close();
    rmSync(folder, { recursive: true });
  }
};
