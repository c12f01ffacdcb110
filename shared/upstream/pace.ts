import type { UpstreamRequest } from '../operations/operation.ts';
import { heldBack, type Reply, saysOf } from '../reply/reply.ts';
import { FREE, type Pace, slowDown, speedUp, takeTurn } from './rate.ts';
import { hindrance, type Send, type Turn } from './send.ts';

export interface PaceEdges {
  /** Sends one request, once. */
  readonly send: Send;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  readonly pause: (ms: number) => Promise<unknown>;
}

/** How often one request is sent while it is throttled, the first time included. */
const MOST_TRIES = 6;

/** After so many throttles with nothing else between them, the upstream serves no call of this project now. */
const MOST_THROTTLES = 8;

/**
 * The one layer that sends a request again. It does so only if a throttle says of all jobs that nothing was done, while the
 * time lasts, and at the pace that the project's throttles allow. Law: no other reply is followed by another try.
 */
export const makePaced = ({ send, now, random, pause }: PaceEdges): Send => {
  const paces = new Map<string, Pace>();

  const isPaused = (key: string): boolean => (paces.get(key) ?? FREE).heldUntil > now();

  /** Resolves to 0 when the request has its turn, or to the milliseconds until then if that is too late. */
  const awaitTurn = async (key: string, turn: Turn): Promise<number> => {
    for (;;) {
      const [at, after] = takeTurn(paces.get(key) ?? FREE, now(), random());
      const wait = at - now();
      if (wait > 0 && hindrance(turn, at) !== undefined) return wait;
      paces.set(key, after);
      if (wait <= 0) return 0;
      await pause(wait);
      if (!isPaused(key)) return 0;
    }
  };

  return async (request, turn) => {
    const key = paceKeyOf(request);
    let refusal: Reply | undefined;
    for (let tries = 1; ; tries++) {
      const tooLong = await awaitTurn(key, turn);
      // A pause that the upstream asked for says that it serves no request. Lack of time is this invocation's own.
      if (tooLong > 0 && refusal !== undefined && isPaused(key)) return refusal;
      if (tooLong > 0) return heldBack(`throttled: the next turn is in ${Math.ceil(tooLong)} ms`);
      const reply = await send(request, turn);
      const pace = paces.get(key) ?? FREE;
      const { trouble, showsService, isOfAll, retryAfter } = saysOf(reply);
      if (trouble !== 'throttled') {
        if (showsService) paces.set(key, speedUp(pace, now()));
        return reply;
      }
      const slower = slowDown(pace, now(), retryAfter);
      paces.set(key, slower);
      refusal = reply;
      if (tries === MOST_TRIES || slower.throttles >= MOST_THROTTLES || !isOfAll) return reply;
    }
  };
};

const paceKeyOf = ({ service, project }: UpstreamRequest): string => `${service} ${project}`;
