import { delayFor, retryDelay } from '../core/delay.ts';
import type { ControlEdges, ControlLimits } from './edges.ts';
import { FAILED, hasFailed } from './give-up.ts';
import { openParts, type Part, type Received, wakesAt } from './part.ts';
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
 * delays nobody (P8); without the ledger nothing is called, and everything comes back. Throws
 * {@link EverybodyRefusedError}, after all is done, if the upstream refused every request and every message stays.
 */
export const makeControlLoop =
  <Message extends Received>(
    edges: ControlEdges<Message>,
    limits: ControlLimits,
  ): ControlLoop<Message> =>
  async (batch, remainingMs) => {
    const startedAt = edges.now();
    const { parts, unreadable } = openParts(batch);
    const gone = new Set<Message>();
    const bury = async (message: Message, reason: string): Promise<void> => {
      if (await edges.bury(message, reason)) gone.add(message);
    };
    const acknowledge = async (done: readonly Part<Message>[]): Promise<void> => {
      const messages = done.flatMap((part) => part.messages.map((message) => ({ part, message })));
      await Promise.all(
        messages.map(async ({ part, message }) => {
          if (hasFailed(part, limits.maxReceives)) await bury(message, FAILED);
          else gone.add(message);
        }),
      );
    };

    const [refusal] = await Promise.all([
      workOn(parts, edges, limits, remainingMs, acknowledge),
      ...unreadable.map(({ message, reason }) => bury(message, reason)),
    ]);

    const staying = batch.filter((message) => !gone.has(message));
    const partOf = new Map<Message, Part>();
    for (const part of parts.values())
      for (const message of part.messages) partOf.set(message, part);
    await edges.postpone(
      staying.map((message) => [
        message,
        delayOf(message, partOf.get(message), limits.maxReceives, edges.now(), edges.random()),
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
  part: Part | undefined,
  maxReceives: number,
  now: number,
  random: number,
): number => {
  if (part === undefined) return retryDelay(receiveCount, random);
  const wake = wakesAt(part);
  // Repeats grow, so that a job that is never answered does not use up the receives of its message.
  const grown = part.tried ? retryDelay(receiveCount, random, part.pause) : part.pause;
  if (wake !== undefined) return delayFor(wake - now, random, grown);
  const mostQuick = Math.min(MOST_QUICK, maxReceives * QUICK_SHARE);
  const isQuick = part.outOfTime && !part.tried && receiveCount < mostQuick;
  const receives = isQuick ? Math.min(receiveCount, QUICK_RECEIVES) : receiveCount;
  return retryDelay(receives, random, part.pause);
};
