import { makeBudget } from './budget.ts';
import type { ControlEdges, ControlLimits } from './edges.ts';
import { FAILED, hasFailed } from './give-up.ts';
import { isSettled, type OpenIntent, type Received, wakesAt } from './open-intent.ts';
import { readBatch } from './open-intents.ts';
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
 * The way out: read → recall → plan → decide → claim → call → record → publish → give back. Laws: a message is
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
    const budget = makeBudget({ ...limits, now: edges.now, remainingMs });
    const { openIntents, cuts, unreadable } = readBatch(batch, {
      now: startedAt,
      blockJobs: limits.blockJobs,
    });
    const doneOf = new Map<Message, Set<OpenIntent<Message>>>();
    const gone = new Set<Message>();
    const bury = async (message: Message, reason: string): Promise<void> => {
      if (await edges.bury(message, reason)) gone.add(message);
    };
    /** A message is done when all of its open intents are. */
    const doneBy = (openIntent: OpenIntent<Message>): readonly Message[] =>
      openIntent.messages.filter((message) => {
        const done = (doneOf.get(message) ?? new Set()).add(openIntent);
        doneOf.set(message, done);
        return done.size === cuts.get(message);
      });
    const acknowledge = async (done: readonly OpenIntent<Message>[]): Promise<void> => {
      await Promise.all(
        done.flatMap(doneBy).map(async (message) => {
          const openIntents = [...(doneOf.get(message) ?? [])];
          if (openIntents.some((openIntent) => hasFailed(openIntent, limits.maxReceives)))
            await bury(message, FAILED);
          else gone.add(message);
        }),
      );
    };

    const [{ worked, refusal }] = await Promise.all([
      workOn(openIntents, edges, limits, budget, acknowledge).finally(budget.end),
      ...unreadable.map(({ message, reason }) => bury(message, reason)),
    ]);

    const staying = batch.filter((message) => !gone.has(message));
    const intentsOf = new Map<Message, OpenIntent[]>();
    for (const openIntent of worked.values())
      for (const message of openIntent.messages)
        intentsOf.set(message, [...(intentsOf.get(message) ?? []), openIntent]);
    await edges.postpone(
      staying.map((message) => [
        message,
        delayOf(
          message,
          intentsOf.get(message) ?? [],
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
  openIntents: readonly OpenIntent[],
  maxReceives: number,
  now: number,
  random: number,
): number => {
  const open = openIntents.filter((openIntent) => !isSettled(openIntent));
  const pause = Math.max(0, ...openIntents.map((openIntent) => openIntent.pause));
  const isTried = openIntents.some(({ tried }) => tried);
  const wakes = open.map(wakesAt).filter((wake) => wake !== undefined);
  if (wakes.length > 0 && wakes.length === open.length) {
    // Repeats grow, so that a job that is never answered does not use up the receives of its message.
    const grown = isTried ? retryDelay(receiveCount, random, pause) : pause;
    return delayFor(Math.min(...wakes) - now, random, grown);
  }
  const mostQuick = Math.min(MOST_QUICK, maxReceives * QUICK_SHARE);
  const isQuick =
    openIntents.some(({ outOfTime }) => outOfTime) && !isTried && receiveCount < mostQuick;
  const receives = isQuick ? Math.min(receiveCount, QUICK_RECEIVES) : receiveCount;
  return retryDelay(receives, random, pause);
};
