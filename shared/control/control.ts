import { adopt } from './adopt.ts';
import { AllRequestsRefusedError } from './all-requests-refused.ts';
import { callAll } from './call-all.ts';
import { decideInTurn } from './decide.ts';
import { destinationOfIntent, destinationsOf } from './destinations.ts';
import type { ControlEdges, ControlLimits } from './edges.ts';
import { failIfLast, isOnItsLast } from './give-up.ts';
import { giveBack, makeInbox } from './inbox.ts';
import { overdueOf } from './later-messages.ts';
import { type EndedBatch, givenBackBy, measureBatch } from './measure-batch.ts';
import { oldestLeft } from './oldest-left.ts';
import type { OpenIntent } from './open-intent.ts';
import { planRun, type RunPlan } from './plan-run.ts';
import type { Call } from './planned.ts';
import { type ReadBatch, readBatch } from './read-batch.ts';
import { recall } from './recall.ts';
import type { Received } from './received.ts';
import { beginRun, type Run } from './run.ts';
import { admitCalls, settleDecided, settlePlanned } from './settle-known.ts';
import { type WorkOn, workApart } from './try-apart.ts';
import { postponeRuns } from './wait-for-stop.ts';

export { AllRequestsRefusedError, type ControlEdges, type ControlLimits };

/** Handles one batch; resolves to the ids of exactly the messages that still have an unanswered job. */
export type ControlLoop<Message extends Received> = (
  batch: readonly Message[],
  remainingMs: () => number,
) => Promise<readonly string[]>;

/**
 * The way out, whole: read a batch, work on what it asks for, and give back what stays. Laws: a message is acknowledged only
 * when every job in it has its outcome on the bus (promise P1). What cannot be read goes to the dead-letter queue, and delays
 * no other message (P8). Throws {@link AllRequestsRefusedError}, after all is done, if the upstream refused every request and
 * every message stays.
 */
export const makeControlLoop =
  <Message extends Received>(
    edges: ControlEdges<Message>,
    limits: ControlLimits,
  ): ControlLoop<Message> =>
  (batch, remainingMs) =>
    workApart(edges, limits, makeWorkOn(edges), batch, remainingMs);

const makeWorkOn =
  <Message extends Received>(edges: ControlEdges<Message>): WorkOn<Message> =>
  async (batch, limits, remainingMs) => {
    const startedAt = edges.now();
    const run = beginRun(edges, limits, remainingMs);
    const read = readBatch(batch, { now: startedAt, blockJobs: limits.blockJobs });
    const inbox = makeInbox(batch, read, edges, limits);
    const overdue = overdueOf(read.later, { ...limits, now: startedAt, log: edges.log });
    const [worked] = await Promise.all([
      work(run, read.openIntents, inbox.acknowledge).finally(run.budget.end),
      ...read.unreadable.map(({ message, reason }) => inbox.deadLetter(message, reason)),
      ...overdue.map(([message, reason]) => inbox.deadLetter(message, reason)),
    ]);
    const staying = inbox.staying();
    await giveBack(staying, worked, edges, limits);
    tellBatch(run, batch.length, { startedAt, at: edges.now(), staying, read, worked });
    const refusal = run.breakers.allRefused();
    if (refusal !== undefined && staying.length === batch.length)
      throw new AllRequestsRefusedError(
        `The upstream refused every request of this batch; its messages come back. The last refusal: ${refusal}`,
      );
    return staying.map(({ messageId }) => messageId);
  };

const tellBatch = (
  { edges: { log, measure }, breakers }: Run,
  messages: number,
  ended: Omit<EndedBatch, 'breakers'> & {
    readonly startedAt: number;
    readonly read: ReadBatch<Received>;
  },
): void => {
  const givenBack = givenBackBy(ended);
  const oldest = oldestLeft(ended);
  if (measure !== undefined)
    measureBatch({ ...ended, breakers: breakers.standing() }, givenBack, measure);
  log.info('batch', {
    messages,
    unreadable: ended.read.unreadable.length,
    given_back: ended.staying.length,
    ...(givenBack.size > 0 && { given_back_by: Object.fromEntries(givenBack) }),
    ...(oldest !== undefined && { oldest }),
    ms: ended.at - ended.startedAt,
  });
};

/** Lets the messages of open intents go that are done. */
type Acknowledge = (done: readonly OpenIntent[]) => Promise<void>;

/** The steps between reading a batch and giving back what stays. Resolves to the open intents that it has worked on. */
const work = async (
  run: Run,
  read: readonly OpenIntent[],
  acknowledge: Acknowledge,
): Promise<readonly OpenIntent[]> => {
  // Recall: which intent an event is, and what the ledger knows of each.
  const adopted = await adopt(run.records, read);
  const openIntents = await recall(run.records, adopted.openIntents);
  await run.breakers.load(destinationsOf(openIntents));

  // Plan: from intents to calls.
  const plan = await planRun(run, openIntents, adopted.left);

  // Settle what needs no call. Of an overdue job whose request may have been served, a look tells.
  const overdue = await settlePlanned(run, plan);
  postponeRuns(run, plan);
  const admitted = admitCalls(run, plan.calls);

  // Decide the rest by the ledger. Jobs of which a call may have gone out before are looked at beside the other calls.
  const decisions = await decideCalls(run, admitted, plan);
  await settleDecided(run, decisions.atOnce, plan.settled);

  // Claim, call, isolate, record, publish: each call by itself, several at once.
  await callAll(
    run,
    openIntents,
    { overdue, decided: decisions },
    {
      settle: (late) => settleDecided(run, late),
      finish: makeFinish(run, plan, acknowledge),
    },
  );

  await run.breakers.finish();
  pauseUnsettled(run, openIntents);
  return openIntents;
};

const decideCalls = (run: Run, calls: readonly Call[], { seen }: RunPlan) => {
  const { records, edges, limits, lookBefore: lookAt } = run;
  const { settleMs, restartDelaySeconds } = limits;
  const pollMs = restartDelaySeconds * 1_000;
  return decideInTurn(calls, { records, lookAt, now: edges.now, settleMs, pollMs, seen });
};

/** Records and publishes verdicts, and acknowledges messages. An intent that is not ranked comes back until its last receive. */
const makeFinish = (
  { recordAndPublish, edges, limits }: Run,
  { unranked }: RunPlan,
  acknowledge: Acknowledge,
) => {
  const mayGo = (openIntent: OpenIntent) =>
    !unranked.has(openIntent) || isOnItsLast(openIntent, limits.maxReceives);
  return async (openIntents: readonly OpenIntent[]): Promise<void> => {
    for (const openIntent of openIntents) failIfLast(openIntent, limits.maxReceives, edges.now());
    const done = await recordAndPublish(openIntents);
    await acknowledge(done.filter(mayGo));
  };
};

/** Open intents come back no sooner than their circuit breaker lets requests through. */
const pauseUnsettled = ({ breakers }: Run, openIntents: readonly OpenIntent[]): void => {
  for (const openIntent of openIntents)
    if (!openIntent.isSettled)
      openIntent.wait({
        why: 'pause',
        seconds: breakers.waitSeconds(destinationOfIntent(openIntent)),
      });
};
