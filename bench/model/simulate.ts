import { seededRandom } from '../../local/upstream/random.ts';
import { ASSUMED } from './assumptions.ts';
import { carryOut } from './carry-out.ts';
import { openDelays } from './delays.ts';
import { type Chunk, openModelQueue } from './model-queue.ts';
import type { Setup } from './setup.ts';

/** What the model says of a setup. Rates are per second. */
export interface Outlook {
  readonly jobsPerCall: number;
  readonly callsPerSecond: number;
  readonly batches: number;
  /** From acceptance to the result, of the jobs that have one. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly mostInFlight: number;
  readonly mostAtOnce: number;
  readonly jobs: number;
  readonly queueRequests: number;
  readonly billedMs: number;
  /** Whether the queue is no longer at the end than in the middle. */
  readonly holds: boolean;
}

/** One poller: the batch that it gathers, and the ends of its invocations. */
interface Poller {
  batch: Chunk[];
  count: number;
  closesAt: number;
  underWay: { readonly endsAt: number; readonly count: number }[];
}

const WARM_UP = 0.25;

/** As many arrivals as a Poisson process has in one step. */
const drawArrivals = (mean: number, random: () => number): number => {
  if (mean > 50) {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal));
  }
  const limit = Math.exp(-mean);
  let [count, product] = [0, random()];
  while (product > limit) {
    count += 1;
    product *= random();
  }
  return count;
};

const openPollers = ({ mapping }: Setup) => {
  const isStandard = mapping.kind === 'standard';
  const most = isStandard ? (mapping.maxConcurrency ?? ASSUMED.mostBatches) : mapping.pollers;
  const make = (): Poller => ({ batch: [], count: 0, closesAt: 0, underWay: [] });
  const first = isStandard ? Math.min(ASSUMED.firstBatches, most) : most;
  const pollers = Array.from({ length: first }, make);
  return {
    pollers,
    perPoller: isStandard ? 1 : ASSUMED.perProvisionedPoller,
    grow: (): void => {
      for (let n = 0; n < ASSUMED.moreBatchesPerSecond && pollers.length < most; n++)
        pollers.push(make());
    },
  };
};

const openTotals = () => ({
  calls: 0,
  batches: 0,
  jobs: 0,
  queueRequests: 0,
  billedMs: 0,
  mostInFlight: 0,
  mostAtOnce: 0,
});

/** Everything that a run of the model changes. */
const openRun = (setup: Setup) => ({
  setup,
  queue: openModelQueue(setup),
  delays: openDelays(),
  totals: openTotals(),
  random: seededRandom(31),
  ...openPollers(setup),
});

type Run = ReturnType<typeof openRun>;

const busyIn = ({ pollers }: Run): number =>
  pollers.reduce((sum, { underWay }) => sum + underWay.length, 0);

const inFlightIn = ({ pollers }: Run): number =>
  pollers.reduce(
    (sum, { count, underWay }) => sum + count + underWay.reduce((n, it) => n + it.count, 0),
    0,
  );

const closeBatch = (run: Run, poller: Poller, at: number, isCounted: boolean): void => {
  const work = carryOut(run.setup, poller.count, busyIn(run) + 1);
  const endsAt = at + work.ms;
  if (isCounted) {
    run.totals.batches += 1;
    run.totals.calls += work.calls;
    run.totals.jobs += poller.count;
    run.totals.billedMs += work.ms;
    run.totals.queueRequests += Math.ceil(poller.count / ASSUMED.messagesPerReceive);
    for (const { at: since, count, isOurs } of poller.batch)
      if (isOurs) run.delays.add(endsAt - since, count);
  }
  poller.underWay.push({ endsAt, count: poller.count });
  poller.batch = [];
  poller.count = 0;
};

const stepPoller = (run: Run, poller: Poller, at: number, room: number, isCounted: boolean) => {
  const { setup, queue, totals, perPoller } = run;
  poller.underWay = poller.underWay.filter(({ endsAt }) => endsAt > at);
  if (poller.underWay.length < perPoller && room > 0) {
    const wanted = Math.min(ASSUMED.messagesPerReceive, setup.batchSize - poller.count, room);
    const chunks = queue.take(wanted);
    if (chunks.length > 0 && poller.count === 0) poller.closesAt = at + setup.windowMs;
    for (const chunk of chunks) {
      poller.batch.push(chunk);
      poller.count += chunk.count;
    }
    if (chunks.length > 0 && isCounted) totals.queueRequests += 1;
  }
  const isDue = poller.count >= setup.batchSize || at >= poller.closesAt;
  if (poller.count > 0 && isDue) closeBatch(run, poller, at, isCounted);
};

const step = (run: Run, at: number, isCounted: boolean): void => {
  const { setup, queue, pollers, totals, random } = run;
  queue.add(at, drawArrivals((setup.perSecond * ASSUMED.stepMs) / 1_000, random));
  const inFlight = inFlightIn(run);
  // A message goes to whichever poller asks next.
  const first = Math.floor(random() * pollers.length);
  for (let i = 0; i < pollers.length; i++) {
    const poller = pollers[(first + i) % pollers.length];
    if (poller !== undefined)
      stepPoller(run, poller, at, ASSUMED.mostInFlight - inFlight, isCounted);
  }
  totals.mostInFlight = Math.max(totals.mostInFlight, inFlight);
  totals.mostAtOnce = Math.max(totals.mostAtOnce, busyIn(run));
  if (at % 1_000 === 0 && queue.length() > 0) run.grow();
};

/** Plays a setup for a while. The first quarter is not counted, unless there is a backlog to watch. */
export const simulate = (setup: Setup): Outlook => {
  const endMs = (setup.seconds ?? 120) * 1_000;
  const countFrom = setup.backlog === undefined ? endMs * WARM_UP : 0;
  const run = openRun(setup);
  let halfway = 0;
  for (let at = 0; at < endMs; at += ASSUMED.stepMs) {
    step(run, at, at >= countFrom);
    if (at === endMs / 2) halfway = run.queue.length();
  }
  const { totals, delays, queue } = run;
  const { calls, ...kept } = totals;
  return {
    ...kept,
    jobsPerCall: totals.jobs / calls,
    callsPerSecond: (calls / (endMs - countFrom)) * 1_000,
    p50Ms: delays.quantile(0.5),
    p99Ms: delays.quantile(0.99),
    holds: queue.length() <= Math.max(halfway * 1.1, setup.perSecond / 2),
  };
};
