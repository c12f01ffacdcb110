import { type Age, ageAsOf } from '../core/age.ts';
import { BLOCK_JOBS, blocksOf, type Intent, readMessage } from '../core/intent.ts';
import type { KeyRecord } from '../core/key-record.ts';
import { type Job, type JobId, jobIdOf } from '../core/operation.ts';
import {
  type Asker,
  askerName,
  blockKeyOf,
  type End,
  type PartState,
  partKeyOf,
  readAsker,
  type Sealed,
} from '../core/part-record.ts';
import { seal } from '../core/seal.ts';

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
export interface Part<Message extends Received = Received> {
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
  readonly verdicts: (Sealed | undefined)[];
  readonly published: Set<number>;
  readonly asked: Map<number, string>;
  readonly ends: Map<number, End>;
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

export interface Unreadable<Message extends Received> {
  readonly message: Message;
  readonly reason: string;
}

/** Reads one message; the reason why it cannot be read, if so. */
const read = (body: string, blockJobs: number): Intent | string => {
  const reading = readMessage(body);
  if (!reading.ok) return reading.reason;
  const { jobs, first = 0 } = reading.intent;
  if (new Set(jobs.map(jobIdOf)).size < jobs.length) return 'the message names a job twice';
  if (first % blockJobs > 0) return 'the message begins within a block of jobs';
  return reading.intent;
};

/** The parts of a message: its blocks, or all of it where it does not say where its jobs stand. */
const cutOf = (intent: Intent, blockJobs: number): readonly (readonly [string, Intent])[] => {
  const { first, intent_id, jobs } = intent;
  if (first === undefined) return [[partKeyOf(intent), intent]];
  return blocksOf(jobs, blockJobs).map((some, i) => [
    blockKeyOf(intent_id, first / blockJobs + i),
    { ...intent, jobs: some },
  ]);
};

export interface OpenOptions {
  /** Milliseconds since 1970. */
  readonly now?: number | undefined;
  readonly blockJobs?: number | undefined;
}

/**
 * Reads a batch: parts for each message, the same ones for several that are the same; and what cannot be read. `cuts` tells
 * how many parts each message has: it is done when all of them are.
 */
export const openParts = <Message extends Received>(
  batch: readonly Message[],
  { now = Number.POSITIVE_INFINITY, blockJobs = BLOCK_JOBS }: OpenOptions = {},
) => {
  const parts = new Map<string, Part<Message>>();
  const cuts = new Map<Message, number>();
  const unreadable: Unreadable<Message>[] = [];
  for (const message of batch) {
    const intent = read(message.body, blockJobs);
    if (typeof intent === 'string') {
      unreadable.push({ message, reason: intent });
      continue;
    }
    const age = ageAsOf(intent.intent_id, message.sentAt ?? now);
    const cut = cutOf(intent, blockJobs);
    cuts.set(message, cut.length);
    for (const [key, some] of cut) {
      const part = parts.get(key) ?? openPart<Message>(key, some, age);
      part.messages.push(message);
      // Of two copies that the queue took one after the other the first tells when it was wished.
      if (age < part.age) part.age = age;
      if (intent.first !== undefined && message.receiveCount > 1)
        part.formerly.set(partKeyOf(intent), intent.jobs);
      parts.set(key, part);
    }
  }
  return { parts, cuts, unreadable };
};

const namesOf = ({ intent_id, event_id, correlation_id }: Intent): readonly string[] =>
  [intent_id, event_id, correlation_id].filter((name) => name !== undefined);

const openPart = <Message extends Received>(
  key: string,
  intent: Intent,
  age: Age,
): Part<Message> => ({
  key,
  intent,
  age,
  names: new Set(namesOf(intent)),
  formerly: new Map(),
  messages: [],
  places: new Map(intent.jobs.map((job, index) => [jobIdOf(job), index])),
  verdicts: [],
  published: new Set(),
  asked: new Map(),
  ends: new Map(),
  ownEnds: new Set(),
  reason: undefined,
  seen: undefined,
  changed: false,
  pause: 0,
  leases: new Map(),
  tried: false,
  outOfTime: false,
});

/** A part that nothing was done for yet, as part of the intent that its event was accepted as first. */
export const adoptPart = <Message extends Received>(
  part: Part<Message>,
  { age, ...first }: KeyRecord,
  same: Part<Message> | undefined,
): Part<Message> => {
  const intent = { ...part.intent, ...first };
  const isFirst = first.intent_id === part.intent.intent_id;
  const key = part.key.replace(part.intent.intent_id, first.intent_id);
  const adopted = same ?? openPart<Message>(key, intent, age);
  adopted.messages.push(...part.messages);
  for (const name of part.names) adopted.names.add(name);
  if (isFirst) for (const [former, jobs] of part.formerly) adopted.formerly.set(former, jobs);
  return adopted;
};

/** What a release before this one recorded of a message, as a record of this part of it. */
export const recallFormer = (part: Part, jobs: readonly Job[], state: PartState): void => {
  const places = new Map(jobs.map((job, index) => [jobIdOf(job), index]));
  const verdicts: (Sealed | undefined)[] = [];
  const published = new Set<number>();
  const asked = new Map<number, string>();
  for (const [job, index] of part.places) {
    const former = places.get(job);
    if (former === undefined) continue;
    verdicts[index] = state.verdicts[former];
    if (state.published.has(former)) published.add(index);
    const by = state.asked.get(former);
    if (by !== undefined) asked.set(index, by);
  }
  recallInto(part, { invocation: state.invocation, verdicts, published, asked });
};

/** Takes over what the ledger knows. A verdict that is there is the verdict, whatever was found since. */
export const recallInto = (part: Part, state: PartState): void => {
  state.verdicts.forEach((verdict, index) => {
    if (verdict !== undefined) part.verdicts[index] = verdict;
  });
  for (const index of state.published) part.published.add(index);
  for (const [index, by] of state.asked) if (!part.asked.has(index)) part.asked.set(index, by);
  // What this invocation knows of requests before its own may be older than what the ledger has by now.
  for (const [index, end] of state.ends ?? [])
    if (!part.ownEnds.has(index)) part.ends.set(index, end);
  part.reason ??= state.reason;
  // What became of a job that was seen: nothing is open any more, whoever noted that it was.
  for (const index of part.asked.keys())
    if (part.verdicts[index]?.evidence !== undefined) part.asked.delete(index);
};

export const stateOf = (part: Part, invocation: string): PartState => ({ ...part, invocation });

export const isOpen = (part: Part, index: number): boolean => part.verdicts[index] === undefined;

export const openJobsOf = (part: Part): readonly Job[] =>
  part.intent.jobs.filter((_, index) => isOpen(part, index));

export const isSettled = (part: Part): boolean =>
  part.intent.jobs.every((_, i) => !isOpen(part, i));

/** Lays down the verdict on one job; the first stands. */
export const settle = (part: Part, job: JobId, verdict: Sealed): void => {
  const index = part.places.get(job);
  if (index === undefined || !isOpen(part, index)) return;
  part.verdicts[index] = seal(verdict, part.intent.jobs.length);
  // A verdict that rests on nothing seen leaves open what became of the request.
  if (verdict.evidence !== undefined) part.asked.delete(index);
  part.changed = true;
};

/** The same verdict on every job that has none. */
export const settleOpen = (part: Part, verdict: Sealed): void => {
  for (const job of openJobsOf(part)) settle(part, jobIdOf(job), verdict);
};

/** Notes that a request for a job went unanswered, or that nothing came of it. A suspicion stays until there is a closer one. */
export const noteAsked = (part: Part, job: JobId, asker: Asker): void => {
  const index = part.places.get(job);
  if (index === undefined || !isOpen(part, index)) return;
  const before = readAsker(part.asked.get(index) ?? '');
  part.asked.set(index, askerName({ ...asker, suspects: asker.suspects ?? before.suspects }));
  part.changed = true;
};

/** Notes until when a request for a job may take effect that was left without an answer. */
export const noteEnd = (part: Part, job: JobId, end: End): void => {
  const index = part.places.get(job);
  if (index === undefined) return;
  part.ends.set(index, end);
  part.ownEnds.add(index);
  part.changed = true;
};

/** Few enough for a record with room for a verdict on each job. In UTF-16 code units. */
const LONGEST_REASON = 200;

/** Notes why a job is left without a verdict: its result says so if it expires. */
export const noteReason = (part: Part, reason: string): void => {
  part.reason = reason.slice(0, LONGEST_REASON).toWellFormed();
};

/** Notes that nothing can be done for a job before a lease has lapsed. */
export const noteLease = (part: Part, job: JobId, until: number): void => {
  part.leases.set(job, until);
};

/** When there is something to do again for a part that can but wait for leases; undefined if there may be sooner. */
export const wakesAt = (part: Part): number | undefined => {
  const open = openJobsOf(part).map((job) => part.leases.get(jobIdOf(job)));
  const leases = open.filter((until) => until !== undefined);
  return leases.length > 0 && leases.length === open.length ? Math.min(...leases) : undefined;
};
