import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../local/upstream/random.ts';
import { startUpstream } from '../local/upstream/simulator.ts';
import { openFlow } from './flow.ts';

/** Ten jobs to a call, so that each of these cases needs many. */
const MANY_CALLS = { MAX_JOBS_PER_CALL: '10' };

/** A short lease: after it, the jobs of unanswered requests are looked at. */
const SHORT_LEASE = {
  CALL_TIMEOUT_SECONDS: '5',
  FUNCTION_TIMEOUT_SECONDS: '30',
  LEASE_MARGIN_SECONDS: '5',
};

const secondsSince = (start: number): number => (performance.now() - start) / 1_000;

/** All requests to the batch endpoint, by those that were served. */
const attemptsPerCall = (calls: readonly { readonly status: number | null }[]): number =>
  calls.length / calls.filter(({ status }) => status === 200).length;

/** As long as a call to a region nearby takes; looks, tokens and refusals too. */
const LATENCY_MS = 50;

/** And as slow as one far away, or a busy one. */
export const OUTAGE_LATENCIES = [LATENCY_MS, 200];

/** Three of ten calls are throttled, at random: how many attempts one served call takes. */
const measureThrottlesBy = async (seed: number, jobs: number) => {
  const seeded = await startUpstream({ random: seededRandom(seed) });
  const { upstream, accept, settled, deadLetters, outcomes, stop } = await openFlow(
    MANY_CALLS,
    seeded,
  );
  upstream.behave({ '*': { latencyMs: LATENCY_MS, faults: { throttle: 0.3 } } });
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

/** The least and the most of a figure over several runs. */
export type Range = readonly [least: number, most: number];

const rangeOver =
  <Run>(runs: readonly Run[]) =>
  (figureOf: (run: Run) => number): Range => [
    Math.min(...runs.map(figureOf)),
    Math.max(...runs.map(figureOf)),
  ];

/** Side by side, since most of their time is waiting; one seed's luck says little. */
export const measureThrottles = async ({ jobs = 4_000, seeds = [1, 2, 3, 4, 5] } = {}) => {
  const runs = await Promise.all(seeds.map((seed) => measureThrottlesBy(seed, jobs)));
  const range = rangeOver(runs);
  return {
    attemptsPerCall: range((run) => run.attemptsPerCall),
    seconds: range((run) => run.seconds),
    undelivered: range((run) => run.undelivered),
    deadLetters: range((run) => run.deadLetters),
  };
};

/** The upstream answers every request with 503 for a while: what is sent meanwhile, and how soon all jobs are settled afterwards. */
const measureOutageAt = async (latencyMs: number, jobs: number, outageMs: number) => {
  const flow = await openFlow({ ...MANY_CALLS, ...SHORT_LEASE });
  const { upstream } = flow;
  upstream.behave({ '*': { latencyMs, down: true } });
  await flow.accept(jobs, 100);
  await sleep(outageMs);
  const attemptsMeanwhile = upstream.calls.length;
  upstream.behave({ '*': { latencyMs, down: false } });
  const over = performance.now();
  await flow.mostSettled();
  const mostSeconds = secondsSince(over);
  await flow.settled();
  const figures = {
    attemptsMeanwhile,
    attemptsPerCall: attemptsPerCall(upstream.calls),
    looks: upstream.looks.length,
    mostSeconds,
    allSeconds: secondsSince(over),
    undelivered: jobs - (flow.outcomes.get('delivered') ?? 0),
    deadLetters: await flow.deadLetters(),
  };
  await flow.stop();
  return figures;
};

/** Side by side: what a run waits for depends on when its messages come back. */
export const measureOutage = async ({
  latencyMs = LATENCY_MS,
  jobs = 2_000,
  outageMs = 20_000,
  times = 3,
} = {}) => {
  const runs = await Promise.all(
    Array.from({ length: times }, () => measureOutageAt(latencyMs, jobs, outageMs)),
  );
  const range = rangeOver(runs);
  return {
    attemptsMeanwhile: range((run) => run.attemptsMeanwhile),
    attemptsPerCall: range((run) => run.attemptsPerCall),
    looks: range((run) => run.looks),
    mostSeconds: range((run) => run.mostSeconds),
    allSeconds: range((run) => run.allSeconds),
    undelivered: range((run) => run.undelivered),
    deadLetters: range((run) => run.deadLetters),
  };
};

if (import.meta.main) {
  console.log(await measureThrottles());
  for (const latencyMs of OUTAGE_LATENCIES) console.log(await measureOutage({ latencyMs }));
}
