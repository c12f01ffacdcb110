import pLimit from 'p-limit';
import { retryDelay } from '../core/delay.ts';
import type { Ledger } from '../core/ledger.ts';
import type { Operation } from '../core/operation.ts';
import type { Sealed } from '../core/part-record.ts';
import { type Call, cutCalls, planCalls, type Queued } from '../core/plan.ts';
import type { Result, VerdictInfo } from '../core/result.ts';
import { type Book, makeBook } from './book.ts';
import { type CallEdges, makeCarryOut } from './carry-out.ts';
import { candidatesOf, makeClaim } from './claim.ts';
import { makeConclude } from './conclude.ts';
import { makeLookAt } from './look.ts';
import {
  isSettled,
  openJobsOf,
  openParts,
  type Part,
  type Received,
  recallInto,
  settleOpen,
} from './part.ts';
import { makeReport, settleAskers } from './report.ts';
import { weigh } from './weigh.ts';

/** What the loop does to the world. None of these throws for what the outside does: trouble is a value. */
export interface ControlEdges<Message extends Received> extends CallEdges {
  readonly ledger: Ledger;
  /** Tells, for each result in order, whether the bus took it. */
  readonly publish: (results: readonly Result[]) => Promise<readonly boolean[]>;
  /** Moves a message to the dead-letter queue; false if that failed. */
  readonly bury: (message: Message, reason: string) => Promise<boolean>;
  /** Makes messages come back after so many seconds. */
  readonly postpone: (messages: readonly (readonly [Message, seconds: number])[]) => Promise<void>;
  /** In [0, 1). */
  readonly random: () => number;
}

export interface ControlLimits {
  readonly maxJobsPerCall: (operation: Operation) => number;
  readonly callConcurrency: number;
  /** What a call may take and recording and publishing its results needs: with less time left none is begun. */
  readonly msPerCall: number;
  /** Longer than an invocation can last. */
  readonly leaseMs: number;
  /** How long a run waits for the stop that comes before it. */
  readonly restartDelaySeconds: number;
  /** How often the queue gives a message before it moves it to the dead-letter queue itself. */
  readonly maxReceives: number;
  /** How long the ledger keeps a record after its last change. */
  readonly keepSeconds: number;
}

/** Handles one batch; resolves to the ids of exactly the messages that still have an unanswered job. */
export type ControlLoop<Message extends Received> = (
  batch: readonly Message[],
  remainingMs: () => number,
) => Promise<readonly string[]>;

/**
 * The way out: read → recall → plan → weigh → claim → call → record → publish → give back. Laws: a message is
 * acknowledged only when every job in it has its outcome on the bus (promise P1); what cannot be read is buried, and
 * delays nobody (P8); without the ledger nothing is called, and everything comes back.
 */
export const makeControlLoop =
  <Message extends Received>(
    edges: ControlEdges<Message>,
    limits: ControlLimits,
  ): ControlLoop<Message> =>
  async (batch, remainingMs) => {
    const startedAt = edges.now();
    const { parts, unreadable } = openParts(batch);
    const gone = new Set<Message>();
    const bury = async (message: Message, reason: string): Promise<void> => {
      edges.log.warn('buried', { message_id: message.messageId, reason });
      if (await edges.bury(message, reason)) gone.add(message);
    };
    const acknowledge = async (done: readonly Part<Message>[]): Promise<void> => {
      const messages = done.flatMap((part) => part.messages.map((message) => ({ part, message })));
      await Promise.all(
        messages.map(async ({ part, message }) => {
          if (hasFailed(part)) await bury(message, FAILED);
          else gone.add(message);
        }),
      );
    };

    await Promise.all([
      ...unreadable.map(({ message, reason }) => bury(message, reason)),
      workOn(parts, edges, limits, remainingMs, acknowledge),
    ]);

    const staying = batch.filter((message) => !gone.has(message));
    const pauses = new Map<Message, number>();
    for (const { messages, pause } of parts.values())
      for (const message of messages) pauses.set(message, pause);
    await edges.postpone(
      staying.map((message) => [
        message,
        retryDelay(message.receiveCount, edges.random(), pauses.get(message)),
      ]),
    );
    edges.log.info('batch', {
      messages: batch.length,
      unreadable: unreadable.length,
      given_back: staying.length,
      ms: edges.now() - startedAt,
    });
    return staying.map(({ messageId }) => messageId);
  };

/** Everything between reading a batch and giving back what stays. */
const workOn = async <Message extends Received>(
  parts: ReadonlyMap<string, Part<Message>>,
  edges: ControlEdges<Message>,
  limits: ControlLimits,
  remainingMs: () => number,
  acknowledge: (done: readonly Part<Message>[]) => Promise<void>,
): Promise<void> => {
  const { now } = edges;
  const invocation = edges.newId();
  const book = makeBook(edges.ledger, {
    newVersion: edges.newId,
    now,
    keepSeconds: limits.keepSeconds,
  });
  const lookUntil = (least: number) =>
    makeLookAt(edges, limits.callConcurrency, () => remainingMs() >= least);
  const lookAt = lookUntil(limits.msPerCall);
  // Half of the time at the most: if looks took it all, what they show would never be acted on.
  const lookBefore = lookUntil((remainingMs() + limits.msPerCall) / 2);
  const claim = makeClaim({ book, now, invocation, leaseMs: limits.leaseMs, parts });
  const report = makeReport({ parts, invocation, lookAt });
  const carryOut = makeCarryOut(edges, limits.msPerCall);
  const record = makeConclude({ book, invocation, publish: edges.publish });

  const conclude = async (some: readonly Part<Message>[]): Promise<void> => {
    for (const part of some) failIfLast(part, limits.maxReceives, now());
    const done = new Set<Part>(await record(some));
    await acknowledge(some.filter((part) => done.has(part)));
  };

  if (!(await recall(book, parts))) return;
  const at = now();
  const plan = planCalls(queuedOf(parts), new Date(at).toISOString());
  for (const { job_id: job, asker, ...verdict } of plan.settled)
    settleAskers(parts, { job, askers: [asker] }, sealedAt(at, verdict));
  for (const { askers } of plan.waiting)
    for (const { part: key } of askers) {
      const part = parts.get(key);
      if (part !== undefined) part.pause = limits.restartDelaySeconds;
    }

  const weighed = await weigh(plan.calls, { book, lookAt: lookBefore, now });
  for (const [carrier, superseded_by] of weighed?.superseded ?? [])
    settleAskers(parts, carrier, sealedAt(at, { outcome: 'superseded', superseded_by }));
  for (const carrier of await claim(weighed?.observed ?? [], 'served'))
    settleAskers(parts, carrier, sealedAt(at, { outcome: 'delivered', evidence: 'observed' }));

  const calls = weighed === undefined ? [] : cutCalls(weighed.calls, limits.maxJobsPerCall);
  const perform = async (call: Call): Promise<void> => {
    if (remainingMs() < limits.msPerCall) {
      edges.log.warn('no time left', {
        operation: call.operation.name,
        jobs: call.carriers.length,
      });
      return;
    }
    const carriers = await claim(candidatesOf(call, weighed?.candidates ?? new Map()), 'open');
    if (carriers.length > 0) await carryOut({ ...call, carriers }, remainingMs, report);
  };
  const unfinished = countCalls(parts, calls);
  const finishedBy = (call: Call) =>
    partsOf(parts, call).filter((part) => {
      const left = (unfinished.get(part) ?? 0) - 1;
      unfinished.set(part, left);
      return left === 0;
    });
  const slots = pLimit(limits.callConcurrency);
  await Promise.all([
    conclude([...parts.values()].filter((part) => !unfinished.has(part))),
    ...calls.map(async (call) => {
      await slots(perform, call);
      await conclude(finishedBy(call));
    }),
  ]);
};

/** Reads what the ledger knows of the parts; false if it is out of reach. */
const recall = async (book: Book, parts: ReadonlyMap<string, Part>): Promise<boolean> => {
  const stored = await book.parts([...parts.keys()]);
  if (stored === undefined) return false;
  for (const [key, { record, version }] of stored) {
    const part = parts.get(key);
    if (part === undefined) continue;
    part.seen = version;
    recallInto(part, record);
  }
  return true;
};

/** The parts with the jobs alone that have no verdict yet. */
const queuedOf = (parts: ReadonlyMap<string, Part>): readonly Queued[] =>
  [...parts.values()].flatMap((part) => {
    const jobs = openJobsOf(part);
    if (jobs.length === 0) return [];
    return [{ part: part.key, intent: { ...part.intent, jobs } }];
  });

const sealedAt = (at: number, verdict: VerdictInfo): Sealed => ({
  ...verdict,
  calledAt: at,
  settledAt: at,
});

const partsOf = <Message extends Received>(
  parts: ReadonlyMap<string, Part<Message>>,
  { carriers }: Call,
): readonly Part<Message>[] => {
  const keys = new Set(carriers.flatMap(({ askers }) => askers.map(({ part }) => part)));
  return [...keys].flatMap((key) => parts.get(key) ?? []);
};

/** How many calls each part waits for; parts that wait for none are left out. */
const countCalls = (
  parts: ReadonlyMap<string, Part>,
  calls: readonly Call[],
): Map<Part, number> => {
  const counts = new Map<Part, number>();
  for (const call of calls)
    for (const part of partsOf(parts, call)) counts.set(part, (counts.get(part) ?? 0) + 1);
  return counts;
};

const FAILED = 'failed: the receive count ran out before every job had a verdict';

/** Given up today, unless somebody else's verdicts were recorded first. */
const hasFailed = ({ failed, verdicts }: Part): boolean =>
  failed && verdicts.some((verdict) => verdict?.outcome === 'failed');

/** What is open when the queue gives a message for the last time has failed. */
const failIfLast = (part: Part, maxReceives: number, now: number): void => {
  const last = part.messages.some(({ receiveCount }) => receiveCount >= maxReceives);
  if (!last || isSettled(part)) return;
  const error = { code: 'attempts-exhausted', message: FAILED };
  settleOpen(part, sealedAt(now, { outcome: 'failed', error }));
  part.failed = true;
};
