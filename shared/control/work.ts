import { type IntentId, operationOf } from '../core/intent.ts';
import { jobKeyOf } from '../core/job-record.ts';
import { jobIdOf } from '../core/operation.ts';
import { type Call, cutCalls, partRepeats, planCalls, type Queued } from '../core/plan.ts';
import { jobKeyIn } from '../core/rank.ts';
import { adopt } from './adopt.ts';
import { type Book, isForeign, makeBook } from './book.ts';
import { makeCarryOut } from './carry-out.ts';
import { candidatesOf, makeClaim } from './claim.ts';
import { makeConclude } from './conclude.ts';
import type { ControlEdges, ControlLimits } from './edges.ts';
import { makeExpire } from './expire.ts';
import { type Destination, type Gates, makeGates } from './gates.ts';
import { failIfLast, isOnItsLast } from './give-up.ts';
import { makeLookAt } from './look.ts';
import type { Part, Received } from './part.ts';
import { isSettled, noteLease, openJobsOf, recallFormer, recallInto } from './part.ts';
import { makeProgress, partsAsking } from './progress.ts';
import { rank, tellOfFuture } from './rank.ts';
import { makeReport } from './report.ts';
import { slotsPer } from './slots.ts';
import {
  OBSERVED,
  rejectUnservable,
  settleNewest,
  settleUncalled,
  settleWithoutCall,
} from './uncalled.ts';
import { newestOf, weigh } from './weigh.ts';

/** How long after a deadline, and the lease, it is tried to see what became of a request: longer than any cool-down. */
const GRACE_MS = 30 * 60_000;

/** Some of them, each once, so that a line of the log stays one. */
const firstOf = (ids: Iterable<IntentId>): readonly IntentId[] => [...new Set(ids)].slice(0, 10);

type Parts<Message extends Received = Received> = ReadonlyMap<string, Part<Message>>;

export interface Worked<Message extends Received> {
  /** What there was something to be done for, or could have been. */
  readonly worked: Parts<Message>;
  /** Whether the upstream refused all it was asked. */
  readonly areAllRefused: boolean;
}

/** Everything between reading a batch and giving back what stays. */
export const workOn = async <Message extends Received>(
  received: Parts<Message>,
  edges: ControlEdges<Message>,
  limits: ControlLimits,
  remainingMs: () => number,
  acknowledge: (done: readonly Part<Message>[]) => Promise<void>,
): Promise<Worked<Message>> => {
  const { now, log } = edges;
  const invocation = edges.newId();
  const { keepSeconds, msPerCall, callConcurrency, leaseMs, restartDelaySeconds } = limits;
  const book = makeBook(edges.ledger, { newVersion: edges.newId, now, keepSeconds, log });
  const adopted = await adopt(book, received);
  const parts = await recall(book, adopted.parts);
  if (parts === undefined) return { worked: new Map(), areAllRefused: false };
  const gates = makeGates({ ...edges, book }, msPerCall);
  const toUpstream = { ...edges, send: gates.send };
  const lookUntil = (least: number) =>
    makeLookAt(toUpstream, callConcurrency, (inMs = 0) => remainingMs() - inMs >= least);
  // Half of the time at the most: if looks took it all, what they show would never be acted on.
  const lookBefore = lookUntil((remainingMs() + msPerCall) / 2);
  const expire = makeExpire({ book, lookAt: lookBefore, now, graceMs: leaseMs + GRACE_MS, parts });
  const claim = makeClaim({ book, now, invocation, leaseMs, parts });
  const report = makeReport({ parts, invocation, leaseMs, lookAt: lookUntil(msPerCall) });
  const carryOut = makeCarryOut(toUpstream, msPerCall);
  const record = makeConclude({ book, invocation, publish: edges.publish });

  // What others may call by a name comes back until that is told.
  const untold = new Set<string>();
  const conclude = async (some: readonly Part<Message>[]): Promise<void> => {
    for (const part of some) failIfLast(part, limits.maxReceives, now());
    const done = new Set<Part>(await record(some));
    const mayGo = (part: Part) => !untold.has(part.key) || isOnItsLast(part, limits.maxReceives);
    await acknowledge(some.filter((part) => done.has(part) && mayGo(part)));
  };

  await gates.open(destinationsOf(parts));
  const ranked = await rank(book, parts, queuedOf(parts));
  for (const { part } of ranked.left) untold.add(part);
  const plan = planCalls(ranked.queued, new Date(now()).toISOString());
  const endings = await expire(plan.settled.filter(({ outcome }) => outcome === 'expired'));
  for (const one of plan.settled) settleUncalled(parts, one, endings.get(one), now());
  for (const part of partsAsking(parts, plan.waiting)) part.pause = restartDelaySeconds;
  const barred = jobsOf([...adopted.left.map(queuedOfPart), ...ranked.left]);
  const planned = admitted(without(plan.calls, barred), parts, gates, now());
  const weighed = await weigh(planned, { book, lookAt: lookBefore, now, seen: ranked.seen });
  for (const [carrier, superseded_by] of weighed.superseded)
    settleWithoutCall(parts, carrier, { outcome: 'superseded', superseded_by }, now());
  for (const [carrier, verdict] of weighed.told) settleNewest(parts, carrier, verdict);
  const superseding = [
    ...plan.settled.map((one) => one.superseded_by),
    ...weighed.superseded.map(([, by]) => by),
  ];
  tellOfFuture(log, superseding, now());
  for (const carrier of await claim(weighed.observed, 'served'))
    settleWithoutCall(parts, carrier, OBSERVED, now());
  for (const part of partsAsking(parts, weighed.unseen)) part.outOfTime = true;
  if (weighed.unmet.size > 0)
    log.info('waits for an intent before it', {
      jobs: weighed.unmet.size,
      intents: firstOf(Array.from(weighed.unmet.keys(), newestOf)),
      after: firstOf(weighed.unmet.values()),
    });
  for (const [carrier, until] of weighed.leases)
    for (const part of partsAsking(parts, [carrier])) noteLease(part, jobIdOf(carrier.job), until);

  const perform = async (call: Call): Promise<void> => {
    if (gates.standing(destinationOf(call)) !== 'open') return;
    if (remainingMs() < msPerCall) {
      log.warn('no time left', { operation: call.operation.name, jobs: call.carriers.length });
      for (const part of partsAsking(parts, call.carriers)) part.outOfTime = true;
      return;
    }
    const carriers = await claim(candidatesOf(call, weighed.candidates), 'open');
    if (carriers.length > 0) await carryOut({ ...call, carriers }, remainingMs, report);
  };
  const parted = partRepeats(weighed.calls, (carrier) => weighed.repeats.get(carrier));
  const calls = cutCalls(parted, limits.maxJobsPerCall);
  const progress = makeProgress(parts, calls);
  const slotsOf = slotsPer(callConcurrency);
  await Promise.all([
    conclude(progress.uncalled),
    ...calls.map(async (call) => {
      await slotsOf(call.project_id)(perform, call);
      await conclude(progress.finishedBy(call));
    }),
  ]);

  await gates.leave();
  for (const part of parts.values())
    if (!isSettled(part)) part.pause = Math.max(part.pause, gates.pause(destinationOfPart(part)));
  return { worked: parts, areAllRefused: gates.areAllRefused() };
};

/**
 * Reads what the ledger knows of the parts, and leaves out those of whom it knows what this release cannot read.
 * Undefined if it is out of reach.
 */
const recall = async <Message extends Received>(
  book: Book,
  parts: Parts<Message>,
): Promise<Parts<Message> | undefined> => {
  const formers = [...parts.values()].flatMap(({ formerly }) => [...formerly.keys()]);
  const stored = await book.parts([...parts.keys(), ...formers]);
  if (stored === undefined) return undefined;
  const known = new Map<string, Part<Message>>();
  for (const [key, part] of parts) {
    const seen = stored.get(key);
    const former = Array.from(part.formerly, ([name, jobs]) => [stored.get(name), jobs] as const);
    if (isForeign(seen) || former.some(([record]) => isForeign(record))) continue;
    known.set(key, part);
    part.seen = seen?.version;
    for (const [one, jobs] of former) {
      if (one?.record === undefined) continue;
      recallFormer(part, jobs, one.record);
      part.changed ||= seen === undefined;
    }
    if (seen?.record !== undefined) recallInto(part, seen.record);
  }
  return known;
};

/** The calls that may go out; those of a project that nobody can send requests for are settled. */
const admitted = (
  calls: readonly Call[],
  parts: Parts,
  gates: Gates,
  at: number,
): readonly Call[] =>
  calls.filter((call) => {
    const standing = gates.standing(destinationOf(call));
    if (standing === 'nobody')
      for (const carrier of call.carriers) rejectUnservable(parts, carrier, at);
    return standing === 'open';
  });

/** The parts with the jobs alone that have no verdict yet. */
const queuedOf = (parts: Parts): readonly Queued[] => Array.from(parts.values(), queuedOfPart);

const queuedOfPart = (part: Part): Queued => ({
  part: part.key,
  intent: { ...part.intent, jobs: openJobsOf(part) },
  age: part.age,
});

const jobsOf = (queued: readonly Queued[]): ReadonlySet<string> =>
  new Set(queued.flatMap((one) => one.intent.jobs.map((job) => jobKeyIn(one, jobIdOf(job)))));

/** A wish that was left out may come before others for its jobs: these wait for it. */
const without = (calls: readonly Call[], barred: ReadonlySet<string>): readonly Call[] =>
  barred.size === 0
    ? calls
    : calls.map((call) => ({
        ...call,
        carriers: call.carriers.filter(
          ({ job }) => !barred.has(jobKeyOf(call.operation.service, call.project_id, jobIdOf(job))),
        ),
      }));

const destinationOf = ({ operation: { service }, project_id: project }: Call): Destination => ({
  service,
  project,
});

const destinationOfPart = ({ intent }: Part): Destination => ({
  service: operationOf(intent).service,
  project: intent.project_id,
});

/** Where the jobs that have no verdict yet would be sent, each once. */
const destinationsOf = (parts: Parts): readonly Destination[] => {
  const open = [...parts.values()].filter((part) => !isSettled(part)).map(destinationOfPart);
  return [...new Map(open.map((it) => [`${it.service}/${it.project}`, it])).values()];
};
