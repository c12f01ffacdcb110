import type { IntentId } from '../intent/intent.ts';
import type { Json } from '../json/json.ts';
import { traceOf } from '../json/trace-context.ts';
import { jobIdOf } from '../operations/operation.ts';
import type { Origin } from './accept.ts';
import type { AcceptedOnce, AcceptOnce } from './accept-once.ts';
import { type ReadIdempotencyKey, readIdempotencyKey } from './idempotency-key.ts';
import { NOT_GRANTED } from './not-granted.ts';
import { invalid, type Problem, problemOf } from './problem.ts';
import { faultOfGrants, type Made, readAgain, readDelivery } from './read-delivery.ts';
import { receiptOf } from './receipt.ts';
import type { RepeatedBy } from './request-memory.ts';
import type { Handled, HttpRequest, Route } from './route.ts';
import { whereToAsk } from './tell-status.ts';
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

/** GitHub sends one when a webhook is made. Its header is not signed, but it can only leave something out. */
const isPing = ({ headers }: HttpRequest): boolean =>
  headers['x-github-event'] === 'ping' && headers['x-hub-signature-256'] !== undefined;

/** The intent that a mapping made, as a text. Equal intents have equal texts. */
const textOf = (body: Json): string =>
  JSON.stringify(body, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value));

/**
 * By what a repeat of one intent of a delivery is known: by the mapping's own key, or else by the delivery's id and the place
 * of the intent in it. A repeat also asks for the same: a delivery with the same id and other content is another wish. The
 * sender's `Idempotency-Key` counts for the whole delivery. It is not signed. So a delivery that comes once with it and once
 * without it is one wish.
 */
const repeatedBy = (
  { caller, text, replayKey }: HttpRequest,
  idempotencyKey: string | undefined,
  { from }: Made,
  place: number,
  keyOf: KeyOf,
): RepeatedBy => {
  const ofDelivery = replayKey === undefined ? undefined : `${replayKey}#${place}`;
  return {
    caller: caller.id,
    digest: keyOf(text),
    wish: keyOf(textOf(from.body)),
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
 * `POST /v1/hooks/{caller}`: the caller's mapping makes intents of a webhook's delivery. Laws: none is queued before all of
 * them are read and granted. A repeat has the same intents, and is read as of its first acceptance. A delivery of which
 * the mapping makes nothing is answered with 204.
 */
export const hookRoute = ({ acceptOnce, newIntentId, keyOf, now }: HookEdges): Route => ({
  method: 'POST',
  path: '/v1/hooks/{caller}',
  admits: 'hook',
  handle: async (http, intentId) => {
    if (isPing(http)) return LEFT_OUT;
    const key: ReadIdempotencyKey = readIdempotencyKey(http.headers['idempotency-key']);
    if (!key.ok) return refused(invalid([key.fault]));
    const delivery = readDelivery(http, now());
    if (!delivery.ok) return delivery;
    const { made, overdue } = delivery;
    if (made.length === 0) return LEFT_OUT;
    const { caller } = http;
    const missing = faultOfGrants(caller, made);
    if (missing !== undefined)
      return { ...refused(NOT_GRANTED), check: `caller ${caller.id}: ${missing}` };
    const origin: Origin = { caller: caller.id, ...traceOf(http.headers) };
    // All begin in order, so that of two intents the later one is newer.
    const all = await Promise.all(
      made.map((one, place) =>
        acceptOnce({
          origin,
          repeatedBy: repeatedBy(http, key.key, one, place, keyOf),
          intentId: place === 0 ? intentId : newIntentId(),
          read: (at, isRepeat) =>
            overdue === undefined || isRepeat ? readAgain(caller, one, at) : refused(overdue),
        }),
      ),
    );
    return answerOf(all, http.path);
  },
});
