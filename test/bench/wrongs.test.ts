import { describe, expect, it, onTestFinished } from 'vitest';
import { type Cloud, openCloud } from '../../bench/rig/cloud.ts';
import { outOfOrder, USUAL, type Workload } from '../../bench/rig/workloads.ts';
import { wrongsOf } from '../../bench/rig/wrongs.ts';

const NOTHING_WRONG = { lost: 0, doubled: 0, stale: 0, notRun: 0 };

const open = async (): Promise<Cloud> => {
  const cloud = await openCloud({
    awsMs: [0, 0],
    upstream: { ...USUAL, latencyMs: 0, perJobMs: 0 },
    visibilityMs: 30_000,
  });
  onTestFinished(cloud.close);
  return cloud;
};

type Wish = Workload['wishes'][number];

const call = async (cloud: Cloud, { operation, project, jobs }: Wish): Promise<void> => {
  const path = `/v1.0/${project}/streaming/jobs/${operation}`;
  await cloud.upstream.answer(path, `{"job_ids": [${jobs}]}`);
};

const tell = (cloud: Cloud, { id, jobs }: Wish): void => {
  const details = jobs.map((job_id) => ({ intent_id: id, job_id, outcome: 'delivered' }));
  const Entries = details.map((detail) => ({ Detail: JSON.stringify(detail) }));
  cloud.bus.answer(JSON.stringify({ Entries }));
};

/** One job that is run and then stopped. */
const wishesOf = (workload: Workload) => {
  const [run, stop] = workload.wishes;
  if (run === undefined || stop === undefined) throw new Error('two wishes are needed');
  return { run, stop };
};

describe('what is wrong at the end of a run', () => {
  it('nothing, if each wish was carried out in its order and told', async () => {
    const [cloud, workload] = [await open(), outOfOrder(1)];
    for (const wish of workload.wishes) {
      await call(cloud, wish);
      tell(cloud, wish);
    }
    expect(wrongsOf(cloud, workload)).toEqual(NOTHING_WRONG);
  });

  it('a wish that no result tells of is lost', async () => {
    const [cloud, workload] = [await open(), outOfOrder(1)];
    const { run, stop } = wishesOf(workload);
    await call(cloud, stop);
    tell(cloud, run);
    expect(wrongsOf(cloud, workload)).toEqual({ ...NOTHING_WRONG, lost: 1 });
  });

  it('a job that runs, though it was stopped last, is stale', async () => {
    const [cloud, workload] = [await open(), outOfOrder(1)];
    const { run, stop } = wishesOf(workload);
    for (const wish of [stop, run]) {
      await call(cloud, wish);
      tell(cloud, wish);
    }
    expect(wrongsOf(cloud, workload)).toEqual({ ...NOTHING_WRONG, stale: 1 });
  });

  it('a wish that was carried out twice is doubled, one that never was is not run', async () => {
    const [cloud, workload] = [await open(), outOfOrder(1)];
    const { run, stop } = wishesOf(workload);
    for (const wish of [run, run]) await call(cloud, wish);
    for (const wish of [run, stop]) tell(cloud, wish);
    expect(wrongsOf(cloud, workload)).toEqual({ lost: 0, doubled: 1, stale: 1, notRun: 1 });
  });
});
