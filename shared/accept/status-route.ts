import { isIdOfIntent } from '../intent/after.ts';
import type { IntentId } from '../intent/intent.ts';
import { type AwaitEdges, awaitStatus } from './await-status.ts';
import { readWait } from './prefer-wait.ts';
import { blankProblem, invalid, type Problem } from './problem.ts';
import type { ReadStatus } from './read-status.ts';
import type { Handled, HttpRequest, Route } from './route.ts';
import { asAnswer, queuedStatus, STATUS_UNAVAILABLE } from './tell-status.ts';

export interface StatusRouteEdges {
  readonly status: AwaitEdges;
  /** Whether an id has the tag of this caller. */
  readonly hasTag: (id: IntentId, caller: string) => boolean;
}

/** The same for an intent that there is not, and for one of another caller. */
const NO_INTENT: Handled = {
  ok: false,
  problem: blankProblem(404, 'The caller has no intent with this id.'),
  isAnswer: true,
};

const refused = (problem: Problem): Handled => ({ ok: false, problem });

/** An id in any case: some programs change it. */
const idIn = ({ params }: HttpRequest): IntentId | undefined => {
  const id = params.intent_id?.toLowerCase() ?? '';
  return isIdOfIntent(id) ? id : undefined;
};

const handledOf = (read: ReadStatus, id: IntentId, now: number): Handled => {
  switch (read.kind) {
    case 'told':
      return { ok: true, answer: asAnswer(read.status), intentId: id };
    case 'untold': {
      const status = queuedStatus(id, now);
      return status === undefined
        ? NO_INTENT
        : { ok: true, answer: asAnswer(status), intentId: id };
    }
    case 'not theirs':
      return NO_INTENT;
    case 'unreachable':
      return { ...refused(STATUS_UNAVAILABLE), intentId: id };
    default:
      return read satisfies never;
  }
};

/**
 * `GET /v1/intents/{intent_id}`: what became of an intent of the caller's own. Law: nothing is told of another caller's, nor
 * whether there is one. Before the ledger has a record, the tag in the id tells whose it is.
 */
export const statusRoute = ({ status, hasTag }: StatusRouteEdges): Route => ({
  method: 'GET',
  path: '/v1/intents/{intent_id}',
  admits: 'callers',
  handle: async (http) => {
    const { id: caller } = http.caller;
    const wait = readWait(http.query, http.headers.prefer);
    if (!wait.ok) return refused(invalid([wait.fault]));
    const id = idIn(http);
    if (id === undefined || !hasTag(id, caller)) return NO_INTENT;
    const endAt = status.now() + wait.seconds * 1_000;
    const read = await awaitStatus(status, [id, caller], endAt, http.remainingMs);
    return handledOf(read, id, status.now());
  },
});
