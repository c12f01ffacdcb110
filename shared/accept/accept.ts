import { type Intent, type IntentId, MESSAGE_VERSION } from '../intent/intent.ts';
import { writeMessages } from '../intent/message.ts';
import type { JobRequest } from '../intent/request.ts';
import { type Log, SILENT_LOG, traceFields } from '../json/log.ts';
import { type Measure, UNMEASURED } from '../json/metric.ts';
import { type StartSpan, UNTRACED } from '../json/span.ts';
import type { MaybeTraced } from '../json/trace-context.ts';
import { distinct } from '../operations/job-list.ts';
import { type JobId, jobIdOf, type ProjectId } from '../operations/operation.ts';
import { sendSpan } from './send-span.ts';

/** A message for the queue, and the project that it is for: the queue is fair between projects. */
export interface OutgoingMessage {
  readonly body: string;
  readonly project: ProjectId;
}

/** Sends messages to the queue. Says of each, in order, whether the queue took it. */
export type Enqueue = (messages: readonly OutgoingMessage[]) => Promise<readonly boolean[]>;

export interface AcceptEdges {
  readonly enqueue: Enqueue;
  readonly now: () => Date;
  /** Makes an id of now, or of the time `at` in milliseconds since 1970. The id is newer than `after`. */
  readonly newIntentId: (after?: IntentId, at?: number) => IntentId;
  /** Bytes per message. A larger intent becomes several messages with one intent id. */
  readonly maxMessageBytes: number;
  /** Jobs per ledger record, if not the default. */
  readonly blockJobs?: number | undefined;
  /** The deadline of an intent without one of its own, counted from its acceptance. */
  readonly deadlineMs: number;
  /** Counts what the queue takes. Undefined: nothing is counted. */
  readonly measure?: Measure | undefined;
  /** Has one line for each intent that the queue has. Undefined: none. */
  readonly log?: Log | undefined;
  /** Begins a span for each intent that goes to the queue. Undefined: none. */
  readonly startSpan?: StartSpan | undefined;
  /** How spans name the queue. */
  readonly queueName?: string | undefined;
  /** Makes an id tell whose it is. Without it, ids tell no caller. */
  readonly tagged?: ((id: IntentId, caller: string) => IntentId) | undefined;
}

/** Who sent the request, and the trace that it belongs to. */
export interface Origin extends MaybeTraced {
  readonly caller: string;
  readonly correlation_id?: string;
  readonly event_id?: string;
  readonly key?: string;
}

/** `partly`: the queue refused some messages in every try. The jobs in `not_queued` will not be carried out. */
export type Accepted =
  | { readonly kind: 'queued'; readonly intent: Intent }
  | {
      readonly kind: 'partly';
      readonly intent: Intent;
      readonly queued: readonly JobId[];
      readonly not_queued: readonly JobId[];
    };

/**
 * `wishedAt` is set for a late event: its time, in milliseconds since 1970. The intent is then as old as that, and its
 * default deadline counts from then.
 */
export type Accept = (
  request: JobRequest,
  origin: Origin,
  intentId?: IntentId,
  wishedAt?: number,
) => Promise<Accepted>;

/** Event times are in whole seconds, so an event may be from any moment of its second. */
const REST_OF_SECOND_MS = 999;

/** The latest moment at which the event can have occurred, but never after its acceptance. */
const latestAt = (at: number, acceptedAt: number): number =>
  Math.min(at % 1_000 === 0 ? at + REST_OF_SECOND_MS : at, acceptedAt);

/** An accepted intent always has a deadline. */
export type DrawnUp = Intent & Required<Pick<Intent, 'expires_at'>>;

/** The two steps of accepting: a request becomes an intent, and the queue gets it. */
export interface AcceptSteps {
  readonly drawUp: (...wish: Parameters<Accept>) => DrawnUp;
  readonly queue: (intent: DrawnUp) => Promise<Accepted>;
}

const makeDrawUp =
  ({ now, newIntentId, deadlineMs, tagged }: AcceptEdges): AcceptSteps['drawUp'] =>
  (request, origin, given, wishedAt) => {
    const { after } = request;
    const isNewer = given !== undefined && (after === undefined || given > after);
    const acceptedAt = now();
    const at = wishedAt === undefined ? undefined : latestAt(wishedAt, acceptedAt.getTime());
    const id = isNewer ? given : newIntentId(after, at);
    const since = wishedAt ?? acceptedAt.getTime();
    return {
      v: MESSAGE_VERSION,
      intent_id: tagged?.(id, origin.caller) ?? id,
      ...request,
      jobs: distinct(request.jobs),
      expires_at: request.expires_at ?? new Date(since + deadlineMs).toISOString(),
      ...origin,
      accepted_at: acceptedAt.toISOString(),
    };
  };

const measureTaken = (
  parts: readonly Intent[],
  taken: readonly boolean[],
  measure: Measure,
): void => {
  for (const [i, { operation, jobs }] of parts.entries())
    if (taken[i]) measure('JobsAccepted', jobs.length, { operation });
    else measure('QueueFailures', 1);
};

const makeQueue =
  ({
    enqueue,
    maxMessageBytes,
    blockJobs,
    measure = UNMEASURED,
    log = SILENT_LOG,
    startSpan = UNTRACED,
    queueName = 'intents',
  }: AcceptEdges): AcceptSteps['queue'] =>
  async (intent) => {
    const span = startSpan(() => sendSpan(intent, queueName));
    const { traceparent: _, tracestate: __, ...untraced } = intent;
    const sent = { ...untraced, ...span.carry(intent) };
    const parts = writeMessages(sent, maxMessageBytes, blockJobs);
    const project = intent.project_id;
    const taken = await enqueue(parts.map((part) => ({ body: JSON.stringify(part), project })));
    measureTaken(parts, taken, measure);
    span.end({ error: taken.every(Boolean) ? undefined : 'not-queued' });
    if (taken.every(Boolean)) {
      const { operation, project_id, jobs } = intent;
      log.info('accepted', { ...traceFields(intent), operation, project_id, jobs: jobs.length });
      return { kind: 'queued', intent };
    }
    const idsOf = (wanted: boolean): readonly JobId[] =>
      parts.flatMap((part, i) => (taken[i] === wanted ? part.jobs.map(jobIdOf) : []));
    return { kind: 'partly', intent, queued: idsOf(true), not_queued: idsOf(false) };
  };

/**
 * Laws: `queued` means that the queue has every job (promise P1). A job that is listed twice is queued once. An intent is
 * as old as its acceptance, unless it is late. An intent that follows another is newer than that one; it gets another id
 * than the given one if need be.
 */
export const makeAcceptSteps = (edges: AcceptEdges): AcceptSteps => ({
  drawUp: makeDrawUp(edges),
  queue: makeQueue(edges),
});

/** Turns a request into an intent and queues it, by the laws of {@link makeAcceptSteps}. */
export const makeAccept = (edges: AcceptEdges): Accept => {
  const { drawUp, queue } = makeAcceptSteps(edges);
  return async (...wish) => queue(drawUp(...wish));
};
