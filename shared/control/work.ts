import { type Call, planCalls, type Queued } from '../intent/plan.ts';
import { jobKeyOf } from '../ledger/job-record.ts';
import { jobKeyIn } from '../ledger/rank-ages.ts';
import { makeRecords } from '../ledger/records.ts';
import { jobIdOf } from '../operations/operation.ts';
import type { Breakers } from '../upstream/breakers.ts';
import { adopt } from './adopt.ts';
import type { Budget } from './budget.ts';
import { callAll } from './call-all.ts';
import { decide } from './decide.ts';
import { destinationOf, destinationOfIntent, destinationsOf } from './destinations.ts';
import type { ControlEdges, ControlLimits } from './edges.ts';
import { failIfLast, isOnItsLast } from './give-up.ts';
import { isSettled, type OpenIntent, openJobsOf, type Received } from './open-intent.ts';
import { rank } from './rank.ts';
import { recall } from './recall.ts';
import { openRun, type Run } from './run.ts';
import { postponeRuns, settleDecided, settlePlanned } from './settle-known.ts';
import { rejectUnservable } from './uncalled.ts';

type OpenIntents<Message extends Received = Received> = ReadonlyMap<string, OpenIntent<Message>>;

export interface Worked<Message extends Received> {
  /** What there was something to be done for, or could have been. */
  readonly worked: OpenIntents<Message>;
  /** What the last refusal looked like, if the upstream refused all it was asked. */
  readonly refusal: string | undefined;
}

/** Everything between reading a batch and giving back what stays. */
export const workOn = async <Message extends Received>(
  received: OpenIntents<Message>,
  edges: ControlEdges<Message>,
  limits: ControlLimits,
  budget: Budget,
  acknowledge: (done: readonly OpenIntent<Message>[]) => Promise<void>,
): Promise<Worked<Message>> => {
  const { now, log, newId } = edges;
  const invocation = newId();
  const { keepSeconds } = limits;
  const records = makeRecords(edges.ledger, { newVersion: newId, now, keepSeconds, log });
  const adopted = await adopt(records, received);
  const openIntents = await recall(records, adopted.openIntents);
  const run = openRun({ records, budget, invocation }, openIntents, edges, limits);

  await run.breakers.load(destinationsOf(openIntents));
  const { queued, seen, left } = await rank(records, openIntents, queuedOf(openIntents));
  const plan = planCalls(queued, new Date(now()).toISOString());
  await settlePlanned(run, plan);
  postponeRuns(run, plan);
  const barred = jobsOf([...adopted.left.map(queuedFrom), ...left]);
  const decisions = await decideCalls(run, without(plan.calls, barred), seen);
  await settleDecided(run, plan, decisions);
  await callAll(run, decisions, makeFinish(run, left, acknowledge));

  await run.breakers.finish();
  for (const openIntent of openIntents.values())
    if (!isSettled(openIntent))
      openIntent.pause = Math.max(
        openIntent.pause,
        run.breakers.waitSeconds(destinationOfIntent(openIntent)),
      );
  return { worked: openIntents, refusal: run.breakers.allRefused() };
};

/** Records and publishes verdicts, and acknowledges messages. `left`: what others may call by a name comes back until that is told. */
const makeFinish = <Message extends Received>(
  { record, edges, limits: { maxReceives } }: Run<Message>,
  left: readonly Queued[],
  acknowledge: (done: readonly OpenIntent<Message>[]) => Promise<void>,
) => {
  const untold = new Set(left.map(({ part }) => part));
  return async (some: readonly OpenIntent<Message>[]): Promise<void> => {
    for (const openIntent of some) failIfLast(openIntent, maxReceives, edges.now());
    const done = new Set<OpenIntent>(await record(some));
    const mayGo = (openIntent: OpenIntent) =>
      !untold.has(openIntent.key) || isOnItsLast(openIntent, maxReceives);
    await acknowledge(some.filter((openIntent) => done.has(openIntent) && mayGo(openIntent)));
  };
};

const decideCalls = <Message extends Received>(
  { records, edges, breakers, limits, lookBefore: lookAt, openIntents }: Run<Message>,
  calls: readonly Call[],
  seen: ReadonlyMap<string, string | undefined>,
) => {
  const { now } = edges;
  const pollMs = limits.restartDelaySeconds * 1_000;
  const planned = admitted(calls, openIntents, breakers, now());
  return decide(planned, { records, lookAt, now, settleMs: limits.settleMs, pollMs, seen });
};

/** The calls that may go out; those of a project without a credential are settled. */
const admitted = (
  calls: readonly Call[],
  openIntents: OpenIntents,
  breakers: Breakers,
  at: number,
): readonly Call[] =>
  calls.filter((call) => {
    const state = breakers.stateOf(destinationOf(call));
    if (state === 'no-credential')
      for (const carrier of call.carriers) rejectUnservable(openIntents, carrier, at);
    return state === 'closed';
  });

/** The open intents with the jobs alone that have no verdict yet. */
const queuedOf = (openIntents: OpenIntents): readonly Queued[] =>
  Array.from(openIntents.values(), queuedFrom);

const queuedFrom = (openIntent: OpenIntent): Queued => ({
  part: openIntent.key,
  intent: { ...openIntent.intent, jobs: openJobsOf(openIntent) },
  age: openIntent.age,
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
