import type { IntentId } from '../intent/intent.ts';
import type { JobRequest } from '../intent/request.ts';
import type { RequestRecord } from '../ledger/request-record.ts';
import type { AcceptSteps, DrawnUp, Origin } from './accept.ts';
import { originOf } from './payload.ts';
import type { Problem } from './problem.ts';
import type { ReadWish } from './read-wish.ts';
import type { RepeatedBy } from './request-memory.ts';
import { type KeyOf, wishKey } from './wish-key.ts';

/** What a request asks for, or why it is refused. `check` is for the operator's log only. */
export type ReadForCaller =
  | Extract<ReadWish, { ok: true }>
  | { readonly ok: false; readonly problem: Problem; readonly check?: string };

/** One request to accept. */
export interface Asked {
  readonly origin: Origin;
  /** By what a repeat of it is known. */
  readonly repeatedBy: RepeatedBy;
  /** The id that its answer has, if it is the first. */
  readonly intentId: IntentId;
  /** Reads the request as of a time, for a repeat that of its first acceptance: some fields are judged by the clock. */
  readonly read: (now: Date, isRepeat: boolean) => ReadForCaller;
}

/** A request that is not accepted. */
export interface Refused {
  readonly kind: 'refused';
  readonly problem: Problem;
  readonly check?: string;
}

/** What it takes to make an intent of a request. */
export interface ReadyEdges extends Pick<AcceptSteps, 'drawUp'> {
  readonly keyOf: KeyOf;
  readonly now: () => Date;
}

/** The intent as it was accepted first. */
const asFirst = (
  intent: DrawnUp,
  { intent_id, accepted_at, expires_at }: RequestRecord,
): DrawnUp => ({ ...intent, intent_id, accepted_at, expires_at });

/** A request that can be queued, and its intent. */
export interface Ready {
  readonly kind: 'ready';
  readonly request: JobRequest;
  readonly intent: DrawnUp;
}

/** A trace is kept whole: the state of one never stands beside the parent of another. */
const untraced = ({ traceparent: _, tracestate: __, ...origin }: Origin): Origin => origin;

/** Reads the request as of its first acceptance, and makes its intent. */
export const makeReady = (
  edges: ReadyEdges,
  { origin, repeatedBy: { caller, replayKey }, intentId, read }: Asked,
  first?: RequestRecord,
): Ready | Refused => {
  const isRepeat = first !== undefined;
  const reading = read(isRepeat ? new Date(first.accepted_at) : edges.now(), isRepeat);
  if (!reading.ok) return { ...reading, kind: 'refused' };
  const { request, event, wishedAt, trace } = reading;
  const replay =
    replayKey === undefined
      ? {}
      : { key: wishKey([caller, `replay:${replayKey}`], request, edges.keyOf) };
  // An event's own key counts before that of its proof, and its own trace before that of the request.
  const own = {
    ...(trace === undefined ? origin : untraced(origin)),
    ...replay,
    ...originOf(caller, request, event, edges.keyOf),
    ...trace,
  };
  // A late event gets an id of its own time.
  const given = wishedAt === undefined ? intentId : undefined;
  const intent = edges.drawUp(request, own, given, wishedAt);
  return {
    kind: 'ready',
    request,
    intent: first === undefined ? intent : asFirst(intent, first),
  };
};
