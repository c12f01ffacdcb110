import { sourceOf } from '../../local/start-functions.ts';
import { openFlow } from '../flow.ts';
import { brief, round, type Table } from '../report/table.ts';
import { openCloud } from '../rig/cloud.ts';
import { OURS } from '../rig/designs.ts';
import { startEnvironment } from '../rig/environments.ts';
import { tryOut } from '../rig/trial.ts';
import { backlog, USUAL } from '../rig/workloads.ts';
import type { Options, Subject } from './subject.ts';

const JOBS_PER_CALL = 100;

/** Seconds that the calls take with nothing else around them. */
const measureNetwork = async (calls: number): Promise<number> => {
  const cloud = await openCloud({ awsMs: [0, 0], upstream: USUAL, visibilityMs: 30_000 });
  const environment = startEnvironment({
    module: new URL('../network-alone.ts', import.meta.url).href,
    env: { UPSTREAM_URL: cloud.url },
    timeoutMs: 60_000,
  });
  try {
    const atOnce = USUAL.callsAtOnce;
    await environment.invoke({ calls: atOnce, atOnce });
    const { response } = await environment.invoke({ calls, atOnce });
    return Number(response) / 1_000;
  } finally {
    environment.stop();
    cloud.close();
  }
};

/** Requests per second that accept-http answers behind the front of the embedded stack, or an empty function there. */
const measureFront = async (requests: number, module = sourceOf('accept-http')) => {
  const of = (name: Parameters<typeof sourceOf>[0]) =>
    name === 'accept-http' ? module : sourceOf(name);
  const flow = await openFlow({}, undefined, of);
  await flow.accept(requests / 10, 1);
  const start = performance.now();
  await flow.accept(requests, 1);
  const seconds = (performance.now() - start) / 1_000;
  await flow.stop();
  return requests / seconds;
};

const measure = async ({ quick, long }: Options) => {
  const jobs = quick ? 1_000 : long ? 10_000 : 5_000;
  const calls = jobs / JOBS_PER_CALL;
  const callMs = USUAL.latencyMs + USUAL.perJobMs * JOBS_PER_CALL;
  const least = (Math.ceil(calls / USUAL.callsAtOnce) * callMs) / 1_000;
  const network = await measureNetwork(calls);
  const { seconds } = await tryOut(OURS, backlog(jobs, 1));
  const empty = await measureFront(jobs, new URL('../empty-handler.ts', import.meta.url));
  const ours = await measureFront(jobs);
  const many = round(jobs);
  const table: Table = {
    name: 'limits',
    title: 'Against what is possible',
    columns: ['limit', 'the limit', 'ours', 'ours ÷ limit'],
    rows: [
      [`${many} jobs: the upstream alone, s`, brief(least), brief(seconds), brief(seconds / least)],
      [
        `${many} jobs: the same calls and nothing else, s`,
        brief(network),
        brief(seconds),
        brief(seconds / network),
      ],
      ['requests per second: an empty function', round(empty), round(ours), brief(ours / empty)],
    ],
    note: `The upstream needs ${brief(least)} s for ${round(calls)} calls of ${JOBS_PER_CALL}, ${USUAL.callsAtOnce} at once. The empty function stands behind the front of the embedded stack in accept-http's place.`,
  };
  return { tables: [table] };
};

export const limits: Subject = { name: 'limits', measure };
