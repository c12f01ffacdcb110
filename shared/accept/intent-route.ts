import type { Intent } from '../intent/intent.ts';
import type { JobRequest } from '../intent/request.ts';
import { traceOf } from '../json/trace-context.ts';
import type { Answer } from '../operations/operation.ts';
import type { Accepted } from './accept.ts';
import type { AcceptOnce } from './accept-once.ts';
import { type AwaitEdges, awaitStatus } from './await-status.ts';
import { type Problem, problemOf } from './problem.ts';
import { type ReadBody, readIntentRequest, readPreferences } from './read-intent-request.ts';
import type { EventRepeat } from './read-native-body.ts';
import type { ReadStatus } from './read-status.ts';
import type { Handled, HttpRequest, Route } from './route.ts';
import { whereToAsk } from './tell-status.ts';
import type { KeyOf } from './wish-key.ts';

/** What the routes that accept intents do to the world. */
export interface IntentRouteEdges {
  readonly acceptOnce: AcceptOnce;
  readonly keyOf: KeyOf;
  readonly status: AwaitEdges;
}

/** An intent that the queue has, and what is known of it. */
export interface Confirmed {
  /** Each job as often as it was listed. */
  readonly request: JobRequest;
  readonly intent: Intent;
  /** What was read last, if the caller waited. */
  readonly read: ReadStatus | undefined;
}

/** How a route reads a body, and how it answers once the queue has every job. */
export interface Form {
  readonly read: ReadBody;
  /** By what a repeat of an event is known, if the route takes events. */
  readonly repeatOf?: (http: HttpRequest) => EventRepeat | undefined;
  readonly confirm: (confirmed: Confirmed, http: HttpRequest) => Answer;
}

/** A route that accepts intents, each request once. */
export const intentRoute = (
  { method, path }: Pick<Route, 'method' | 'path'>,
  edges: IntentRouteEdges,
  form: Form,
): Route => ({
  method,
  path,
  admits: 'callers',
  handle: async (http, intentId) => {
    const preferences = readPreferences(http);
    const { idempotencyKey, waitSeconds } = preferences;
    const { id: caller } = http.caller;
    const { replayKey = http.replayKey, content = http.text } = form.repeatOf?.(http) ?? {};
    const digest = edges.keyOf(JSON.stringify([method, http.path.replace(/\/$/, ''), content]));
    const accepted = await edges.acceptOnce({
      origin: { caller, ...traceOf(http.headers) },
      repeatedBy: { caller, digest, idempotencyKey, replayKey },
      intentId,
      read: (at) => readIntentRequest(form.read, preferences, http, at),
    });
    if (accepted.kind === 'refused') return { ...accepted, ok: false };
    const { intent, request } = accepted;
    const { intent_id } = intent;
    if (accepted.kind === 'partly')
      return { ...refused(unavailable(accepted)), intentId: intent_id };
    const read = await waitFor(edges.status, intent, waitSeconds, http);
    const answer = confirm(form, { request, intent, read }, http, waitSeconds);
    return { ok: true, answer, intentId: intent_id };
  },
});

const waitFor = async (
  status: AwaitEdges,
  { intent_id, caller }: Intent,
  seconds: number,
  { remainingMs }: HttpRequest,
): Promise<ReadStatus | undefined> =>
  seconds === 0
    ? undefined
    : awaitStatus(status, [intent_id, caller], status.now() + seconds * 1_000, remainingMs);

/** Whether the answer is about verdicts, and not only about the queue. */
export const isSettled = (
  read: ReadStatus | undefined,
): read is Extract<ReadStatus, { kind: 'told' }> =>
  read?.kind === 'told' && read.status.status === 'settled';

/** Only an answer with every verdict says that the preference was applied (RFC 7240 §3). */
const confirm = (form: Form, confirmed: Confirmed, http: HttpRequest, seconds: number): Answer => {
  const answer = form.confirm(confirmed, http);
  const headers = {
    ...(isSettled(confirmed.read) && { 'preference-applied': `wait=${seconds}` }),
    ...(answer.status === 202 && whereToAsk(http.path, confirmed.intent.intent_id)),
  };
  return { ...answer, headers: { ...headers, ...answer.headers } };
};

const refused = (problem: Problem): Handled => ({ ok: false, problem });

const unavailable = ({ queued, not_queued }: Extract<Accepted, { kind: 'partly' }>): Problem =>
  problemOf(
    'queue-unavailable',
    queued.length === 0
      ? 'The queue took none of the jobs. Send the request again.'
      : `The queue took ${queued.length} jobs and refused ${not_queued.length}. Send those under "not_queued" again.`,
    { queued, not_queued },
  );
