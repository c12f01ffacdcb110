import { setTimeout as sleep } from 'node:timers/promises';
import { openFlow } from './flow.ts';

/** Ten jobs to a call, so that each of these cases needs many. */
const MANY_CALLS = { MAX_JOBS_PER_CALL: '10' };

/** A short lease: what was asked of a server in trouble is looked at after it, and not before. */
const SHORT_LEASE = {
  CALL_TIMEOUT_SECONDS: '5',
  FUNCTION_TIMEOUT_SECONDS: '30',
  LEASE_MARGIN_SECONDS: '5',
};

const secondsSince = (start: number): number => (performance.now() - start) / 1_000;

/** All requests to the batch endpoint, by those that were served. */
const attemptsPerCall = (calls: readonly { readonly status: number | null }[]): number =>
  calls.length / calls.filter(({ status }) => status === 200).length;

/** Three of ten calls are throttled, at random: what each needed call costs. */
export const measureThrottles = async (jobs = 4_000) => {
  const { upstream, accept, settled, deadLetters, outcomes, stop } = await openFlow(MANY_CALLS);
  upstream.behave({ '*': { faults: { throttle: 0.3 } } });
  const start = performance.now();
  await accept(jobs, 100);
  await settled();
  const figures = {
    attemptsPerCall: attemptsPerCall(upstream.calls),
    seconds: secondsSince(start),
    undelivered: jobs - (outcomes.get('delivered') ?? 0),
    deadLetters: await deadLetters(),
  };
  await stop();
  return figures;
};

/** The upstream answers everybody with 503 for a while: what is sent meanwhile, and how soon all is well afterwards. */
export const measureOutage = async ({ jobs = 2_000, outageMs = 20_000 } = {}) => {
  const flow = await openFlow({ ...MANY_CALLS, ...SHORT_LEASE });
  const { upstream } = flow;
  upstream.behave({ '*': { down: true } });
  await flow.accept(jobs, 100);
  await sleep(outageMs);
  const attemptsMeanwhile = upstream.calls.length;
  upstream.behave({ '*': { down: false } });
  const over = performance.now();
  await flow.mostSettled();
  const mostSeconds = secondsSince(over);
  await flow.settled();
  const figures = {
    attemptsMeanwhile,
    attemptsPerCall: attemptsPerCall(upstream.calls),
    mostSeconds,
    allSeconds: secondsSince(over),
    undelivered: jobs - (flow.outcomes.get('delivered') ?? 0),
    deadLetters: await flow.deadLetters(),
  };
  await flow.stop();
  return figures;
};

if (import.meta.main) {
  console.log(await measureThrottles());
  console.log(await measureOutage());
}
