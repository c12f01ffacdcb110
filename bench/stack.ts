import pLimit from 'p-limit';
import { Agent, request } from 'undici';
import { readStackSettings } from '../local/settings.ts';
import { startStack } from '../local/stack.ts';

const PROJECT = '054ba152d480d55b2f5dc0069e7ddef0';
const REQUESTS_AT_ONCE = 16;

/** Posts distinct jobs to the whole embedded stack and waits until the last result is on the bus. */
export const measureStack = async ({ jobs, perRequest }: { jobs: number; perRequest: number }) => {
  const settings = readStackSettings({ PORT: '0', LOG_LEVEL: 'warn' });
  const stack = await startStack(settings);
  const { bus, upstream } = stack;
  if (bus === undefined || upstream === undefined) throw new Error('the bench needs its own stack');
  const dispatcher = new Agent({ connections: REQUESTS_AT_ONCE });
  const slots = pLimit(REQUESTS_AT_ONCE);
  const allDone = Promise.withResolvers<void>();
  let results = 0;
  bus.onEvent(() => {
    results += 1;
    if (results === jobs) allDone.resolve();
  });

  const post = async (first: number): Promise<void> => {
    const ids = Array.from({ length: perRequest }, (_, i) => first + i);
    const response = await request(`${stack.url}/v1.0/${PROJECT}/streaming/jobs/run`, {
      dispatcher,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"job_ids":[${ids.join(',')}],"resume_savepoint":true}`,
    });
    await response.body.dump();
    if (response.statusCode !== 200) throw new Error(`the front answered ${response.statusCode}`);
  };

  const start = performance.now();
  const firsts = Array.from({ length: jobs / perRequest }, (_, i) => 1_000_000 + i * perRequest);
  await Promise.all(firsts.map((first) => slots(post, first)));
  const acceptedMs = performance.now() - start;
  await allDone.promise;
  const totalMs = performance.now() - start;
  const calls = upstream.calls.length;
  const jobsCalled = upstream.calls.reduce((sum, call) => sum + call.job_ids.length, 0);
  await dispatcher.close();
  await stack.stop();
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
