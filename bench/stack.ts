import { openFlow } from './flow.ts';

/** Posts distinct jobs to the whole embedded stack and waits until the last result is on the bus. */
export const measureStack = async ({ jobs, perRequest }: { jobs: number; perRequest: number }) => {
  const { accept, settled, stop, upstream } = await openFlow();
  const start = performance.now();
  await accept(jobs, perRequest);
  const acceptedMs = performance.now() - start;
  await settled();
  const totalMs = performance.now() - start;
  const calls = upstream.calls.length;
  const jobsCalled = upstream.calls.reduce((sum, call) => sum + call.job_ids.length, 0);
  await stop();
  return {
    jobs,
    perRequest,
    acceptedPerSecond: (jobs / acceptedMs) * 1_000,
    jobsPerSecond: (jobs / totalMs) * 1_000,
    calls,
    jobsPerCall: jobsCalled / calls,
  };
};

if (import.meta.main) {
  console.log(await measureStack({ jobs: 60_000, perRequest: 100 }));
  console.log(await measureStack({ jobs: 10_000, perRequest: 1 }));
}
