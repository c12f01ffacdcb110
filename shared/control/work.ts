import { type Call, planCalls, type Queued } from '../intent/plan.ts';
import { jobKeyOf } from '../ledger/job-record.ts';
import { jobKeyIn } from '../ledger/rank-ages.ts';
import { makeRecords } from '../ledger/records.ts';
import { jobIdOf } from '../operations/operation.ts';
import type { Breakers } from '../upstream/breakers.ts';
import { adopt } from './adopt.ts';
import { makeBudget } from './budget.ts';
import { callAll } from './call-all.ts';
import { weigh } from './decide.ts';
import { destinationOf, destinationOfPart, destinationsOf } from './destinations.ts';
import type { ControlEdges, ControlLimits } from './edges.ts';
import { failIfLast, isOnItsLast } from './give-up.ts';
import { isSettled, openJobsOf, type Part, type Received } from './open-intent.ts';
import { rank } from './rank.ts';
import { recall } from './recall.ts';
import { openRun, type Run } from './run.ts';
import { postponeRuns, settlePlanned, settleWeighed } from './settle-known.ts';
import { rejectUnservable } from './uncalled.ts';

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
  const { now, log, newId } = edges;
  const invocation = newId();
  const budget = makeBudget({ ...limits, now, remainingMs });
  const { keepSeconds } = limits;
  const records = makeRecords(edges.ledger, { newVersion: newId, now, keepSeconds, log });
  const adopted = await adopt(records, received);
  const parts = await recall(records, adopted.parts);
  if (parts === undefined) return { worked: new Map(), refusal: undefined };
  const run = openRun({ records, budget, invocation }, parts, edges, limits);

  await run.gates.open(destinationsOf(parts));
  const { queued, seen, left } = await rank(records, parts, queuedOf(parts));
  const plan = planCalls(queued, new Date(now()).toISOString());
  await settlePlanned(run, plan);
  postponeRuns(run, plan);
  const barred = jobsOf([...adopted.left.map(queuedOfPart), ...left]);
  const weighed = await weighCalls(run, without(plan.calls, barred), seen);
  await settleWeighed(run, plan, weighed);
  await callAll(run, weighed, makeConcludeAll(run, left, acknowledge));

  await run.gates.leave();
  for (const part of parts.values())
    if (!isSettled(part))
      part.pause = Math.max(part.pause, run.gates.pause(destinationOfPart(part)));
  return { worked: parts, refusal: run.gates.allRefused() };
};

/** Records and publishes verdicts, and acknowledges messages. `left`: what others may call by a name comes back until that is told. */
const makeConcludeAll = <Message extends Received>(
  { record, edges, limits: { maxReceives } }: Run<Message>,
  left: readonly Queued[],
  acknowledge: (done: readonly Part<Message>[]) => Promise<void>,
) => {
  const untold = new Set(left.map(({ part }) => part));
  return async (some: readonly Part<Message>[]): Promise<void> => {
    for (const part of some) failIfLast(part, maxReceives, edges.now());
    const done = new Set<Part>(await record(some));
    const mayGo = (part: Part) => !untold.has(part.key) || isOnItsLast(part, maxReceives);
    await acknowledge(some.filter((part) => done.has(part) && mayGo(part)));
  };
};

const weighCalls = <Message extends Received>(
  { records, edges, gates, limits, lookBefore: lookAt, parts }: Run<Message>,
  calls: readonly Call[],
  seen: ReadonlyMap<string, string | undefined>,
) => {
  const { now } = edges;
  const pollMs = limits.restartDelaySeconds * 1_000;
  const planned = admitted(calls, parts, gates, now());
  return weigh(planned, { records, lookAt, now, settleMs: limits.settleMs, pollMs, seen });
};

/** The calls that may go out; those of a project without a credential are settled. */
const admitted = (
  calls: readonly Call[],
  parts: Parts,
  gates: Breakers,
  at: number,
): readonly Call[] =>
  calls.filter((call) => {
    const standing = gates.standing(destinationOf(call));
    if (standing === 'no-credential')
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
