import type { UpstreamRequest } from '../operations/operation.ts';
import { heldBack, type Reply, saysOf, type Unsent } from '../reply/reply.ts';
import { awaitTurn, type Line, type LineEdges, makeLine, setPace } from './line.ts';
import { type Pace, slowDown, speedUp } from './rate.ts';
import { hindrance, type Send } from './send.ts';

export interface PaceEdges extends LineEdges {
  /** Sends one request, once. */
  readonly send: Send;
}

/** How often one request is sent while it is throttled, the first time included. */
const MOST_TRIES = 6;

/** After so many rounds of throttles with nothing else between them, the upstream serves no call of this project now. */
const MOST_THROTTLES = 8;

/** Where refusals are random, so many times as many are no sign of anything. */
const MORE_AT_RANDOM = 2;

/** The first pause of a request that was throttled is so long at the most. Where a limit may be the reason, each doubles. */
const BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 1_600;

const paceKeyOf = ({ service, project }: UpstreamRequest): string => `${service} ${project}`;

const lateBy = (ms: number): Unsent =>
  heldBack(`throttled: the next turn is in ${Math.ceil(ms)} ms`);

/** Whether a request that was throttled so often is given up. */
const isGivenUp = ({ isRandom, throttles }: Pace, tries: number): boolean => {
  const factor = isRandom ? MORE_AT_RANDOM : 1;
  return tries >= factor * MOST_TRIES || throttles >= factor * MOST_THROTTLES;
};

/** How long a throttled request waits before it asks for a turn again. Full jitter. */
const backoffOf = ({ isRandom }: Pace, tries: number, random: number): number =>
  random * (isRandom ? BACKOFF_MS : Math.min(LONGEST_BACKOFF_MS, BACKOFF_MS * 2 ** (tries - 1)));

/** Notes what a reply says of the pace, and gives it. */
const noteReply = (line: Line, reply: Reply, now: number, begunAt: number): Pace => {
  const { trouble, showsService, retryAfter } = saysOf(reply);
  if (trouble === 'throttled') setPace(line, slowDown(line.pace, now, begunAt, retryAfter), now);
  else if (showsService) setPace(line, speedUp(line.pace, now, begunAt), now);
  return line.pace;
};

/**
 * The one layer that sends a request again. It does so only if a throttle says of all jobs that nothing was done, while the
 * time lasts, and at the pace that the project's throttles allow. Law: no other reply is followed by another try.
 */
export const makePaced = ({ send, ...edges }: PaceEdges): Send => {
  const { now, random, pause } = edges;
  const lines = new Map<string, Line>();
  const lineOf = (key: string): Line => {
    const line = lines.get(key) ?? makeLine();
    lines.set(key, line);
    return line;
  };

  return async (request, turn) => {
    const line = lineOf(paceKeyOf(request));
    let refusal: Reply | undefined;
    for (let tries = 1; ; tries++) {
      const tooLong = await awaitTurn(line, turn, edges);
      // A pause that the upstream asked for says that it serves no request. Lack of time is this invocation's own.
      if (tooLong > 0) return line.pace.heldUntil > now() && refusal ? refusal : lateBy(tooLong);
      const begunAt = now();
      const reply = await send(request, turn);
      const pace = noteReply(line, reply, now(), begunAt);
      const { trouble, isOfAll } = saysOf(reply);
      if (trouble !== 'throttled' || !isOfAll || isGivenUp(pace, tries)) return reply;
      const paused = pace.heldUntil - now();
      const wait = Math.max(paused, backoffOf(pace, tries, random()));
      if (hindrance(turn, now() + wait) !== undefined) return paused > 0 ? reply : lateBy(wait);
      refusal = reply;
      await pause(Math.ceil(wait));
    }
  };
};
