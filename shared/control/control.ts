import type { ControlEdges, ControlLimits } from './edges.ts';
import { FAILED, hasFailed } from './give-up.ts';
import { isSettled, type Part, type Received, wakesAt } from './open-intent.ts';
import { openParts } from './open-intents.ts';
import { delayFor, retryDelay } from './retry-delay.ts';
import { workOn } from './work.ts';

export type { ControlEdges, ControlLimits };

/** Handles one batch; resolves to the ids of exactly the messages that still have an unanswered job. */
export type ControlLoop<Message extends Received> = (
  batch: readonly Message[],
  remainingMs: () => number,
) => Promise<readonly string[]>;

/** Thrown in place of naming every message of a batch: a function that fails is polled for less often by Lambda. */
export class EverybodyRefusedError extends Error {
  override readonly name = 'EverybodyRefusedError';
}

/**
 * The way out: read → recall → plan → weigh → claim → call → record → publish → give back. Laws: a message is
 * acknowledged only when every job in it has its outcome on the bus (promise P1); what cannot be read is buried, and
 * delays no other message (P8); without the ledger nothing is called, and everything comes back. Throws
 * {@link EverybodyRefusedError}, after all is done, if the upstream refused every request and every message stays.
 */
export const makeControlLoop =
  <Message extends Received>(
    edges: ControlEdges<Message>,
    limits: ControlLimits,
  ): ControlLoop<Message> =>
  async (batch, remainingMs) => {
    const startedAt = edges.now();
    const { parts, cuts, unreadable } = openParts(batch, {
      now: startedAt,
      blockJobs: limits.blockJobs,
    });
    const doneOf = new Map<Message, Set<Part<Message>>>();
    const gone = new Set<Message>();
    const bury = async (message: Message, reason: string): Promise<void> => {
      if (await edges.bury(message, reason)) gone.add(message);
    };
    /** A message is done when all of its parts are. */
    const doneBy = (part: Part<Message>): readonly Message[] =>
      part.messages.filter((message) => {
        const done = (doneOf.get(message) ?? new Set()).add(part);
        doneOf.set(message, done);
        return done.size === cuts.get(message);
      });
    const acknowledge = async (done: readonly Part<Message>[]): Promise<void> => {
      await Promise.all(
        done.flatMap(doneBy).map(async (message) => {
          const parts = [...(doneOf.get(message) ?? [])];
          if (parts.some((part) => hasFailed(part, limits.maxReceives)))
            await bury(message, FAILED);
          else gone.add(message);
        }),
      );
    };

    const [{ worked, refusal }] = await Promise.all([
      workOn(parts, edges, limits, remainingMs, acknowledge),
      ...unreadable.map(({ message, reason }) => bury(message, reason)),
    ]);

    const staying = batch.filter((message) => !gone.has(message));
    const partsOf = new Map<Message, Part[]>();
    for (const part of worked.values())
      for (const message of part.messages)
        partsOf.set(message, [...(partsOf.get(message) ?? []), part]);
    await edges.postpone(
      staying.map((message) => [
        message,
        delayOf(
          message,
          partsOf.get(message) ?? [],
          limits.maxReceives,
          edges.now(),
          edges.random(),
        ),
      ]),
    );
    edges.log.info('batch', {
      messages: batch.length,
      unreadable: unreadable.length,
      given_back: staying.length,
      ms: edges.now() - startedAt,
    });
    if (refusal !== undefined && gone.size === 0)
      throw new EverybodyRefusedError(
        `The upstream refused every request of this batch; its ${batch.length} messages come back. The last refusal: ${refusal}`,
      );
    return staying.map(({ messageId }) => messageId);
  };

/** One that had no turn for want of time does not wait as one that was tried in vain: each time as after its first receive. */
const QUICK_RECEIVES = 1;

/** Only so often, though, and not for more than a tenth of the times that the queue gives it. */
const MOST_QUICK = 100;
const QUICK_SHARE = 0.1;

const delayOf = (
  { receiveCount }: Received,
  parts: readonly Part[],
  maxReceives: number,
  now: number,
  random: number,
): number => {
  const open = parts.filter((part) => !isSettled(part));
  const pause = Math.max(0, ...parts.map((part) => part.pause));
  const isTried = parts.some(({ tried }) => tried);
  const wakes = open.map(wakesAt).filter((wake) => wake !== undefined);
  if (wakes.length > 0 && wakes.length === open.length) {
    // Repeats grow, so that a job that is never answered does not use up the receives of its message.
    const grown = isTried ? retryDelay(receiveCount, random, pause) : pause;
    return delayFor(Math.min(...wakes) - now, random, grown);
  }
  const mostQuick = Math.min(MOST_QUICK, maxReceives * QUICK_SHARE);
  const isQuick = parts.some(({ outOfTime }) => outOfTime) && !isTried && receiveCount < mostQuick;
  const receives = isQuick ? Math.min(receiveCount, QUICK_RECEIVES) : receiveCount;
  return retryDelay(receives, random, pause);
};
