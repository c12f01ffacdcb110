import * as v from 'valibot';
import { type Age, idIn } from '../intent/age.ts';
import type { Intent, IntentId } from '../intent/intent.ts';
import { isOfOneKind } from '../intent/sequence.ts';
import { isOperationName } from '../operations/index.ts';
import type { JobId, OperationName, ProjectId, Service } from '../operations/operation.ts';
import type { BlockState, RecordedVerdict, RequestEnd } from './block-record.ts';
import { readRecord } from './read-record.ts';

/** Which invocation may have a call under way for a job, and where its verdict will be. */
export interface Claim {
  /** The key of a block's record: that of the newest intent that the call serves. */
  readonly block: string;
  /** The job's place in the block. */
  readonly index: number;
  readonly invocation: string;
  /** Nothing was sent under this claim before. Milliseconds since 1970. */
  readonly at: number;
  /** The end of the lease, in milliseconds since 1970. It outlasts the invocation: from then on none acts under this claim. */
  readonly until: number;
  /** A look counts from then on, in milliseconds since 1970. Statuses before may not show the request before this one. */
  readonly clearFrom?: number | undefined;
  /** From then on no invocation carries this intent out. ISO 8601. */
  readonly expires_at?: string | undefined;
}

/** The last wish of a sender, by its own order, that was carried out for a job. */
export interface Sender extends Pick<Intent, 'caller'> {
  readonly sequence: string;
  readonly intent: IntentId;
  readonly age: Age;
}

/**
 * A stop that was carried out, or may have been, and that another operation came after which is no run. The run still waits for
 * that stop.
 */
export interface StopBefore {
  readonly operation: OperationName;
  /** When it got its verdict, or was claimed. Milliseconds since 1970. */
  readonly at: number;
  readonly isDelivered: boolean;
}

/** What is known of one job. */
export interface JobRecord {
  /** The age of the newest intent that was carried out, or begun to be. */
  readonly newest: Age;
  /** The intent's id, if its age is not its id. */
  readonly intent?: IntentId | undefined;
  readonly operation: OperationName;
  readonly claim: Claim;
  /** Senders who give their wishes an order of their own. Absent if there is none. */
  readonly senders?: readonly Sender[] | undefined;
  /** A stop before the newest intent that a run has yet to wait for. */
  readonly stopBefore?: StopBefore | undefined;
}

/** The id of the newest intent. */
export const newestIdOf = ({ newest, intent }: JobRecord): IntentId => intent ?? newest;

/**
 * Whether a job's record knows an intent of this age, or a newer one. The same intent may be older here, if its sender's own
 * order has come out since.
 */
export const isMet = (record: JobRecord | undefined, age: Age): boolean =>
  record !== undefined && (record.newest >= age || newestIdOf(record) === idIn(age));

/** Few enough that a record stays small. A sender that is left out has no order of its own any more. */
const MOST_SENDERS = 8;

/**
 * Adds senders to those that are known: of each, the highest sequence counts; of numbers and times, the newer kind. Law: an
 * intent keeps the age that it was first recorded with. When it comes again, its message tells only when it was accepted.
 */
export const withSenders = (
  known: readonly Sender[] = [],
  more: readonly Sender[],
): readonly Sender[] | undefined => {
  const all = new Map(known.map((sender) => [sender.caller, sender]));
  for (const sender of more) {
    const before = all.get(sender.caller);
    const isHigher =
      before === undefined ||
      (isOfOneKind(before.sequence, sender.sequence)
        ? `${sender.sequence} ${sender.age}` > `${before.sequence} ${before.age}`
        : sender.age > before.age);
    if (isHigher && before?.intent !== sender.intent) all.set(sender.caller, sender);
  }
  if (all.size === 0) return undefined;
  return [...all.values()].toSorted((a, b) => (a.age > b.age ? -1 : 1)).slice(0, MOST_SENDERS);
};

export const jobKeyOf = (service: Service, project: ProjectId, job: JobId): string =>
  `job/${service}/${project}/${job}`;

const VERSION = 1;

const id = v.custom<IntentId>((text) => typeof text === 'string');
const age = v.custom<Age>((text) => typeof text === 'string');

const schema = v.object({
  v: v.literal(VERSION),
  newest: age,
  intent: v.exactOptional(id),
  operation: v.custom<OperationName>(isOperationName),
  claim: v.object({
    part: v.string(),
    index: v.number(),
    invocation: v.string(),
    // Old records of version 1 lack it. Then what ended by itself counts as started under the claim.
    at: v.optional(v.number(), 0),
    until: v.number(),
    clearFrom: v.exactOptional(v.number()),
    expires_at: v.exactOptional(v.string()),
  }),
  senders: v.exactOptional(
    v.array(v.object({ caller: v.string(), sequence: v.string(), intent: id, age })),
  ),
  stopBefore: v.exactOptional(
    v.object({
      operation: v.custom<OperationName>(isOperationName),
      at: v.number(),
      isDelivered: v.boolean(),
    }),
  ),
});

/** The text calls the block a part, as older releases read and write it. */
export const writeJob = ({ claim: { block, ...claim }, ...record }: JobRecord): string =>
  JSON.stringify({ v: VERSION, ...record, claim: { part: block, ...claim } });

/** Undefined if this release does not know the version of the text. */
export const readJob = (text: string): JobRecord | undefined => {
  const read = readRecord(schema, text);
  if (read === undefined) return undefined;
  const { v: _, claim, ...record } = read;
  const { part: block, ...rest } = claim;
  return { ...record, claim: { block, ...rest } };
};

/**
 * How a claim stands. `settled`: there is a verdict that rests on what the upstream said or showed. `live`: its call may be
 * under way, or its effect may not be over. `doubtful`: its request ended without an answer, and may take effect until
 * `until`; a look can show that it was served, and nothing else. `unclear`: a call may have gone out, and a look tells what
 * became of it. `released`: no call is open. `over`: the intent that it served has a verdict all the same.
 */
export type Standing =
  | { readonly kind: 'settled'; readonly verdict: RecordedVerdict }
  | {
      readonly kind: 'live';
      readonly over: boolean;
      /** It stays so until then. Undefined: the invocation that has the claim may end it at any time. */
      readonly until?: number;
    }
  | { readonly kind: 'doubtful'; readonly over: boolean; readonly until: number }
  | { readonly kind: 'unclear' | 'released'; readonly over: boolean };

export const standingOf = (claim: Claim, holder: BlockState | undefined, now: number): Standing => {
  const verdict = holder?.verdicts[claim.index];
  const over = verdict !== undefined;
  const end = endOf(claim, holder);
  const mayTakeEffect = end !== undefined && now < end.until;
  if (verdict?.evidence !== undefined)
    return mayTakeEffect ? { kind: 'live', over, until: end.until } : { kind: 'settled', verdict };
  const held = now < claim.until;
  const noted = holder?.requests.get(claim.index);
  if (noted?.invocation === claim.invocation) {
    if (!noted.mayBeServed) return { kind: 'released', over };
    if (end !== undefined)
      return mayTakeEffect
        ? { kind: 'doubtful', over, until: end.until }
        : { kind: 'unclear', over };
    // Without a record of its end, it may take effect as long as a request of an invocation that died.
    return held ? { kind: 'live', over, until: claim.until } : { kind: 'unclear', over };
  }
  // The invocation that had the claim has written its record, and so ended. It notes no request that may have been served.
  if (holder?.invocation === claim.invocation) return { kind: 'released', over };
  return { kind: held ? 'live' : 'unclear', over };
};

/** The end of the claim's own request, if it was left without an answer. */
const endOf = (
  { index, invocation }: Claim,
  holder: BlockState | undefined,
): RequestEnd | undefined => {
  const end = holder?.ends?.get(index);
  return end?.invocation === invocation ? end : undefined;
};

/**
 * From then on a status shows what the claim's request did, in milliseconds since 1970. 0: it always does. `settleMs`: how
 * late a status may be.
 */
export const clearFromOf = (claim: Claim, standing: Standing, settleMs: number): number => {
  const before = claim.clearFrom ?? 0;
  if (standing.kind !== 'settled') return before;
  const { outcome, evidence, settledAt } = standing.verdict;
  // A look has shown it already.
  return outcome === 'delivered' && evidence !== 'observed'
    ? Math.max(before, settledAt + settleMs)
    : before;
};
