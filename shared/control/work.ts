import { type IntentId, operationOf } from '../core/intent.ts';

import { jobKeyOf } from '../core/job-record.ts';
import type { SettleMs } from '../core/judge.ts';
import { jobIdOf } from '../core/operation.ts';
import { OPERATIONS } from '../core/operations/index.ts';
import {
  type Call,
  type Carrier,
  cutCalls,
  partRepeats,
  planCalls,
  type Queued,
} from '../core/plan.ts';
import { jobKeyIn } from '../core/rank.ts';
import type { Destination } from '../core/route.ts';
import { adopt } from './adopt.ts';

import { type Book, isForeign, makeBook } from './book.ts';
import { makeBudget } from './budget.ts';
import { makeCarryOut } from './carry-out.ts';
import { candidatesOf, makeClaim } from './claim.ts';
import { makeConclude } from './conclude.ts';
import type { ControlEdges, ControlLimits } from './edges.ts';
import { makeExpire } from './expire.ts';

import { type Gates, makeGates } from './gates.ts';
import { failIfLast, isOnItsLast } from './give-up.ts';
import { makeLookAt } from './look.ts';
import type { Part, Received } from './part.ts';
import { isSettled, noteEnd, noteLease, openJobsOf, recallFormer, recallInto } from './part.ts';

import { makeProgress, partsAsking } from './progress.ts';
import { rank, tellOfFuture } from './rank.ts';
import { makeReport } from './report.ts';
import { slotsPer } from './slots.ts';

import { makeSuspicion } from './suspicion.ts';
import {
  NOT_STOPPED,
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
  /** What the last refusal looked like, if the upstream refused all it was asked. */
  readonly refusal: string | undefined;
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
  const { keepSeconds, msPerCall, callConcurrency, callsForMs, leaseMs, settleMs } = limits;
  const budget = makeBudget({ now, remainingMs, msPerCall, callsForMs });
  const book = makeBook(edges.ledger, { newVersion: edges.newId, now, keepSeconds, log });
  const adopted = await adopt(book, received);
  const parts = await recall(book, adopted.parts);
  if (parts === undefined) return { worked: new Map(), refusal: undefined };
  const gates = makeGates({ ...edges, book }, msPerCall);
  const toUpstream = { ...edges, send: gates.send };
  const lookBefore = makeLookAt(toUpstream, callConcurrency, budget.looksBefore);
  const lookAfter = makeLookAt(toUpstream, callConcurrency, budget.looksAfter);
  const expire = makeExpire({ book, lookAt: lookBefore, now, graceMs: leaseMs + GRACE_MS, parts });
  const claim = makeClaim({ book, now, invocation, leaseMs, parts });
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
  for (const one of plan.settled) {
    // A run that waits to see its stop done, or a request in doubt, has only looks to wait for.
    const reason = gates.reason(destinationOfPart(one.asker)) ?? gates.reason(lookingAt(one.asker));
    settleUncalled(parts, one, endings.get(one), now(), reason);
  }
  const pollMs = limits.restartDelaySeconds * 1_000;
  for (const carrier of plan.waiting)
    for (const part of partsAsking(parts, [carrier]))
      noteLease(part, jobIdOf(carrier.job), now() + Math.max(pollMs, settleBefore(part, settleMs)));
  const barred = jobsOf([...adopted.left.map(queuedOfPart), ...ranked.left]);
  const planned = admitted(without(plan.calls, barred), parts, gates, now());
  const { seen } = ranked;
  const weighed = await weigh(planned, { book, lookAt: lookBefore, now, settleMs, pollMs, seen });
  const clearFrom = (carrier: Carrier) => weighed.candidates.get(carrier)?.clearFrom ?? 0;
  const report = makeReport({ ...limits, parts, invocation, lookAt: lookAfter, now, clearFrom });
  for (const [carrier, superseded_by] of weighed.superseded)
    settleWithoutCall(parts, carrier, { outcome: 'superseded', superseded_by }, now());
  for (const [carrier, verdict] of weighed.told) settleNewest(parts, carrier, verdict);
  const superseding = [
    ...plan.settled.map((one) => one.superseded_by),
    ...weighed.superseded.map(([, by]) => by),
  ];
  tellOfFuture(log, superseding, now());
  // Claimed, so that a stop between the two, which another invocation is about to call, is not passed over.
  for (const carrier of await claim(weighed.notStopped, 'open'))
    settleWithoutCall(parts, carrier, NOT_STOPPED, now());
  const mayEndAt = new Map(weighed.observed.map((one) => [one.carrier, one.mayEndAt]));
  for (const carrier of await claim(weighed.observed, 'served')) {
    const until = mayEndAt.get(carrier) ?? 0;
    for (const part of partsAsking(parts, until > now() ? [carrier] : []))
      noteEnd(part, jobIdOf(carrier.job), { invocation, until });
    settleWithoutCall(parts, carrier, OBSERVED, now());
  }
  for (const part of partsAsking(parts, weighed.unseen)) {
    part.outOfTime = true;
    part.pause = Math.max(part.pause, gates.pause(lookingAt(part)));
  }
  if (weighed.unmet.size > 0)
    log.info('waits for an intent before it', {
      jobs: weighed.unmet.size,
      intents: firstOf(Array.from(weighed.unmet.keys(), newestOf)),
      after: firstOf(weighed.unmet.values()),
    });
  for (const [carrier, until] of weighed.leases)
    for (const part of partsAsking(parts, [carrier])) noteLease(part, jobIdOf(carrier.job), until);

  const carryOut = makeCarryOut(toUpstream, {
    timeFor: budget.calls,
    claim: (call) => claim(candidatesOf(call, weighed.candidates), 'open'),
  });
  const suspicion = makeSuspicion({
    parts,
    invocation,
    isRepeat: (carrier) => weighed.repeats.has(carrier),
  });
  const perform = async (call: Call): Promise<void> => {
    if (gates.standing(destinationOf(call)) !== 'open') return;
    await carryOut(call, async (attempt) => {
      suspicion.hear(attempt);
      await report(attempt);
    });
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

  await record(suspicion.narrow());
  await gates.leave();
  for (const part of parts.values())
    if (!isSettled(part)) part.pause = Math.max(part.pause, gates.pause(destinationOfPart(part)));
  return { worked: parts, refusal: gates.allRefused() };
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

/** How late statuses may be after what an intent's jobs wait for: until then a look would prove nothing. */
const settleBefore = ({ intent }: Part, settleMs: SettleMs): number => {
  const { restart } = operationOf(intent);
  return restart === undefined ? 0 : settleMs(OPERATIONS[restart.after], {});
};

const destinationOf = ({
  operation,
  project_id: project,
}: Omit<Call, 'carriers'>): Destination => ({
  service: operation.service,
  project,
  route: operation.name,
});

const destinationOfPart = ({ intent }: Pick<Part, 'intent'>): Destination =>
  destinationOf({ ...intent, operation: operationOf(intent) });

/** Where the jobs of a part are looked at. */
const lookingAt = (part: Pick<Part, 'intent'>): Destination => ({
  ...destinationOfPart(part),
  route: 'look',
});

/** Where the jobs that have no verdict yet would be sent, each once. */
const destinationsOf = (parts: Parts): readonly Destination[] => {
  const open = [...parts.values()].filter((part) => !isSettled(part)).map(destinationOfPart);
  return [...new Map(open.map((it) => [`${it.route}/${it.project}`, it])).values()];
};
