import type { Caller } from '../callers/caller.ts';
import { missingGrant } from '../callers/grants.ts';
import { type MadeBody, mapPayload } from '../callers/map-payload.ts';
import type { IntentId } from '../intent/intent.ts';
import { type JobRequest, readNativeRequest } from '../intent/request.ts';
import { type Fault, MOST_TOLD, sentence } from '../json/fault.ts';
import { parseByValue } from '../json/json.ts';
import { parseBounded } from '../json/json-bounds.ts';
import { jobIdOf } from '../operations/operation.ts';
import type { Origin } from './accept.ts';
import type { AcceptedOnce, AcceptOnce } from './accept-once.ts';
import { type ReadIdempotencyKey, readIdempotencyKey } from './idempotency-key.ts';
import { NOT_GRANTED } from './not-granted.ts';
import { invalid, type Problem, problemOf } from './problem.ts';
import { receiptOf } from './receipt.ts';
import type { RepeatedBy } from './request-memory.ts';
import type { Handled, HttpRequest, Route } from './route.ts';
import { whereToAsk } from './tell-status.ts';
import { traceOf } from './traceparent.ts';
import type { KeyOf } from './wish-key.ts';

export interface HookEdges {
  readonly acceptOnce: AcceptOnce;
  readonly newIntentId: () => IntentId;
  readonly keyOf: KeyOf;
  readonly now: () => Date;
}

/** Nothing is to be done: a condition of the mapping did not hold, or GitHub tries the address. */
const LEFT_OUT: Handled = { ok: true, answer: { status: 204, body: undefined, text: '' } };

const refused = (problem: Problem): Extract<Handled, { ok: false }> => ({ ok: false, problem });

const unmapped = (faults: readonly Fault[]) =>
  refused(problemOf('payload-not-mapped', sentence(faults), { faults }));

/** GitHub sends one when a webhook is made. Its header is not signed, but it can only leave something out. */
const isPing = ({ headers }: HttpRequest): boolean =>
  headers['x-github-event'] === 'ping' && headers['x-hub-signature-256'] !== undefined;

/** A request that a mapping made. */
interface Made {
  readonly request: JobRequest;
  readonly from: MadeBody;
}

type Reading =
  | { readonly ok: true; readonly made: readonly Made[] }
  | Extract<Handled, { ok: false }>;

/** What a payload asks for, by the caller's mapping. */
const readPayload = ({ text, entry }: HttpRequest, now: Date): Reading => {
  const body = parseBounded(text, parseByValue);
  if (!body.ok) return refused(invalid([{ pointer: '#', detail: body.detail }]));
  if (entry?.hook === undefined) throw new Error('a hook without a mapping');
  const mapped = mapPayload(entry.hook, body.value);
  if (!mapped.ok) return unmapped(mapped.faults);
  const made: Made[] = [];
  const faults: Fault[] = [];
  for (const from of mapped.made) {
    const reading = readNativeRequest(from.body, now);
    if (reading.ok) made.push({ from, request: reading.request });
    else faults.push(...reading.faults.slice(0, MOST_TOLD + 1).map(from.inPayload));
    if (faults.length > MOST_TOLD) break;
  }
  return faults.length > 0 ? unmapped(faults) : { ok: true, made };
};

/** Every intent must be granted. Else nothing is queued. */
const faultOfGrants = (caller: Caller, made: readonly Made[]): string | undefined =>
  made.map(({ request }) => missingGrant(caller, request)).find((missing) => missing !== undefined);

/**
 * By what a repeat of the intent at a place is known: by the mapping's own key, else by the delivery and the place. The
 * digest covers what is asked for. So a delivery of the same id with other content is another wish.
 */
const repeatedBy = (
  { caller, text, replayKey }: HttpRequest,
  idempotencyKey: string | undefined,
  { from, request }: Made,
  place: number,
  keyOf: KeyOf,
): RepeatedBy => {
  const ofDelivery = replayKey === undefined ? undefined : `${replayKey}#${place}`;
  return {
    caller: caller.id,
    digest: keyOf(idempotencyKey === undefined ? JSON.stringify(request) : text),
    idempotencyKey: idempotencyKey === undefined ? undefined : `${idempotencyKey}#${place}`,
    replayKey: from.key === undefined ? ofDelivery : `mapping ${from.key}`,
  };
};

const queueUnavailable = (all: readonly AcceptedOnce[]): Problem => {
  const queued = all.flatMap((one) => {
    if (one.kind === 'refused') return [];
    return one.kind === 'partly' ? one.queued : one.intent.jobs.map(jobIdOf);
  });
  const not_queued = all.flatMap((one) => (one.kind === 'partly' ? one.not_queued : []));
  const detail = `The queue took ${queued.length} jobs and refused ${not_queued.length}. Send the delivery again.`;
  return problemOf('queue-unavailable', detail, { queued, not_queued });
};

/** One answer for all intents of a delivery. It leads to the status of the first. */
const answerOf = (all: readonly AcceptedOnce[], path: string): Handled => {
  const [first] = all;
  const intentId =
    first === undefined || first.kind === 'refused' ? {} : { intentId: first.intent.intent_id };
  const problem = all.flatMap((one) => (one.kind === 'refused' ? [one.problem] : []))[0];
  if (problem !== undefined) return { ...refused(problem), ...intentId };
  if (all.some(({ kind }) => kind === 'partly'))
    return { ...refused(queueUnavailable(all)), ...intentId };
  const intents = all.flatMap((one) => (one.kind === 'queued' ? [receiptOf(one.intent)] : []));
  const headers = intents[0] === undefined ? {} : whereToAsk(path, intents[0].intent_id);
  return { ok: true, answer: { status: 202, body: { intents }, headers }, ...intentId };
};

/**
 * `POST /v1/hooks/{caller}`: a delivery of a webhook becomes intents by the caller's mapping. Laws: all intents of a delivery
 * are read and granted before one is queued. A repeat is the same intents. A delivery that the mapping leaves out is
 * answered with 204.
 */
export const hookRoute = ({ acceptOnce, newIntentId, keyOf, now }: HookEdges): Route => ({
  method: 'POST',
  path: '/v1/hooks/{caller}',
  admits: 'hook',
  handle: async (http, intentId) => {
    if (isPing(http)) return LEFT_OUT;
    const key: ReadIdempotencyKey = readIdempotencyKey(http.headers['idempotency-key']);
    if (!key.ok) return refused(invalid([key.fault]));
    const reading = readPayload(http, now());
    if (!reading.ok) return reading;
    const { made } = reading;
    if (made.length === 0) return LEFT_OUT;
    const { caller } = http;
    const missing = faultOfGrants(caller, made);
    if (missing !== undefined)
      return { ...refused(NOT_GRANTED), check: `caller ${caller.id}: ${missing}` };
    const origin: Origin = { caller: caller.id, ...traceOf(http.headers.traceparent) };
    // All begin in order, so that of two intents the later one is newer.
    const all = await Promise.all(
      made.map((one, place) =>
        acceptOnce({
          origin,
          repeatedBy: repeatedBy(http, key.key, one, place, keyOf),
          intentId: place === 0 ? intentId : newIntentId(),
          read: () => ({ ok: true, request: one.request }),
        }),
      ),
    );
    return answerOf(all, http.path);
  },
});
