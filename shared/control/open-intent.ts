import type { Age } from '../intent/age.ts';
import type { Intent } from '../intent/intent.ts';
import {
  type BlockState,
  type NotedRequest,
  type RecordedVerdict,
  type RequestEnd,
  readNote,
  writeNote,
} from '../ledger/block-record.ts';
import { recordedVerdict } from '../ledger/recorded-verdict.ts';
import { type Job, type JobId, jobIdOf } from '../operations/operation.ts';

/** A message as the queue gave it. */
export interface Received {
  readonly messageId: string;
  readonly body: string;
  /** How often the queue has given it, this time included. */
  readonly receiveCount: number;
  /** When the queue took it, in milliseconds since 1970. */
  readonly sentAt?: number | undefined;
}

/**
 * What one record of the ledger is about, while an invocation works on it: a block of an intent's jobs, or all of a message
 * that says nothing of blocks. Its verdicts come from the ledger or from today.
 */
export interface OpenIntent<Message extends Received = Received> {
  readonly key: string;
  readonly intent: Intent;
  age: Age;
  /** What others may call this intent by: an id for each time that its event was accepted, and what that came with. */
  readonly names: Set<string>;
  /** Jobs by their place in records that a release before this one kept of whole messages, by the key of each. */
  readonly formerly: Map<string, readonly Job[]>;
  /** More than one if the queue gave it twice. */
  readonly messages: Message[];
  readonly places: ReadonlyMap<JobId, number>;
  readonly verdicts: (RecordedVerdict | undefined)[];
  readonly published: Set<number>;
  readonly asked: Map<number, string>;
  readonly ends: Map<number, RequestEnd>;
  /** Those of {@link ends} that this invocation has noted itself. */
  readonly ownEnds: Set<number>;
  /** Why a job of it was last left without a verdict. */
  reason: string | undefined;
  /** The ledger's version of it that was seen last. */
  seen: string | undefined;
  /** Whether the ledger does not know all of it. */
  changed: boolean;
  /** The longest pause that anything asked for, in seconds. */
  pause: number;
  /** Jobs that have nothing to hope for before a lease has lapsed, in milliseconds since 1970. */
  readonly leases: Map<JobId, number>;
  /** Whether a request for a job of it was in vain today. */
  tried: boolean;
  /** Whether there was no time today for a request that it needs. */
  outOfTime: boolean;
}

/** Takes over what the ledger knows. A verdict that is there is the verdict, whatever was found since. */
export const recallInto = (openIntent: OpenIntent, state: BlockState): void => {
  state.verdicts.forEach((verdict, index) => {
    if (verdict !== undefined) openIntent.verdicts[index] = verdict;
  });
  for (const index of state.published) openIntent.published.add(index);
  for (const [index, by] of state.asked)
    if (!openIntent.asked.has(index)) openIntent.asked.set(index, by);
  // What this invocation knows of requests before its own may be older than what the ledger has by now.
  for (const [index, end] of state.ends ?? [])
    if (!openIntent.ownEnds.has(index)) openIntent.ends.set(index, end);
  openIntent.reason ??= state.reason;
  // What became of a job that was seen: nothing is open any more, whoever noted that it was.
  for (const index of openIntent.asked.keys())
    if (openIntent.verdicts[index]?.evidence !== undefined) openIntent.asked.delete(index);
};

export const stateOf = (openIntent: OpenIntent, invocation: string): BlockState => ({
  ...openIntent,
  invocation,
});

export const isOpen = (openIntent: OpenIntent, index: number): boolean =>
  openIntent.verdicts[index] === undefined;

export const openJobsOf = (openIntent: OpenIntent): readonly Job[] =>
  openIntent.intent.jobs.filter((_, index) => isOpen(openIntent, index));

export const isSettled = (openIntent: OpenIntent): boolean =>
  openIntent.intent.jobs.every((_, i) => !isOpen(openIntent, i));

/** Lays down the verdict on one job; the first stands. */
export const settle = (openIntent: OpenIntent, job: JobId, verdict: RecordedVerdict): void => {
  const index = openIntent.places.get(job);
  if (index === undefined || !isOpen(openIntent, index)) return;
  openIntent.verdicts[index] = recordedVerdict(verdict, openIntent.intent.jobs.length);
  // A verdict that rests on nothing seen leaves open what became of the request.
  if (verdict.evidence !== undefined) openIntent.asked.delete(index);
  openIntent.changed = true;
};

/** The same verdict on every job that has none. */
export const settleOpen = (openIntent: OpenIntent, verdict: RecordedVerdict): void => {
  for (const job of openJobsOf(openIntent)) settle(openIntent, jobIdOf(job), verdict);
};

/** Notes that a request for a job went unanswered, or that nothing came of it. A suspicion stays until there is a closer one. */
export const noteAsked = (openIntent: OpenIntent, job: JobId, noted: NotedRequest): void => {
  const index = openIntent.places.get(job);
  if (index === undefined || !isOpen(openIntent, index)) return;
  const before = readNote(openIntent.asked.get(index) ?? '');
  openIntent.asked.set(index, writeNote({ ...noted, suspects: noted.suspects ?? before.suspects }));
  openIntent.changed = true;
};

/** Notes until when a request for a job may take effect that was left without an answer. */
export const noteEnd = (openIntent: OpenIntent, job: JobId, end: RequestEnd): void => {
  const index = openIntent.places.get(job);
  if (index === undefined) return;
  openIntent.ends.set(index, end);
  openIntent.ownEnds.add(index);
  openIntent.changed = true;
};

/** Few enough for a record with room for a verdict on each job. In UTF-16 code units. */
const LONGEST_REASON = 200;

/** Notes why a job is left without a verdict: its result says so if it expires. */
export const noteReason = (openIntent: OpenIntent, reason: string): void => {
  openIntent.reason = reason.slice(0, LONGEST_REASON).toWellFormed();
};

/** Notes that nothing can be done for a job before a lease has lapsed. */
export const noteLease = (openIntent: OpenIntent, job: JobId, until: number): void => {
  openIntent.leases.set(job, until);
};

/** When there is something to do again for an open intent that can but wait for leases; undefined if there may be sooner. */
export const wakesAt = (openIntent: OpenIntent): number | undefined => {
  const open = openJobsOf(openIntent).map((job) => openIntent.leases.get(jobIdOf(job)));
  const leases = open.filter((until) => until !== undefined);
  return leases.length > 0 && leases.length === open.length ? Math.min(...leases) : undefined;
};
