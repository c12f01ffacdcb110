import type { ControlEdges, ControlLimits } from './edges.ts';
import { FAILED, hasFailed } from './give-up.ts';
import type { OpenIntent } from './open-intent.ts';
import type { ReadBatch } from './read-batch.ts';
import type { Received } from './received.ts';
import { delayOf } from './retry-delay.ts';

/** The messages of one batch: which of them are done, and which come back. */
export interface Inbox<Message extends Received> {
  /** Moves a message to the dead-letter queue. If that fails, it comes back. */
  readonly deadLetter: (message: Message, reason: string) => Promise<void>;
  /** Lets messages go. Law (promise P1): a message is done when all of its open intents are. */
  readonly acknowledge: (done: readonly OpenIntent[]) => Promise<void>;
  readonly staying: () => readonly Message[];
}

export const makeInbox = <Message extends Received>(
  batch: readonly Message[],
  { sizes }: ReadBatch<Message>,
  edges: Pick<ControlEdges<Message>, 'deadLetter'>,
  { maxReceives }: ControlLimits,
): Inbox<Message> => {
  const gone = new Set<Received>();
  const messageOf = new Map<Received, Message>(batch.map((message) => [message, message]));
  // Of messages with several open intents alone: most have one.
  const doneOf = new Map<Received, Set<OpenIntent>>();
  const deadLetter = async (message: Message, reason: string): Promise<void> => {
    if (await edges.deadLetter(message, reason)) gone.add(message);
  };
  /** The open intents of a message, once all of them are done. */
  const allOf = (received: Received, openIntent: OpenIntent): readonly OpenIntent[] | undefined => {
    if (sizes.get(received) === 1) return [openIntent];
    const done = (doneOf.get(received) ?? new Set()).add(openIntent);
    doneOf.set(received, done);
    return done.size === sizes.get(received) ? [...done] : undefined;
  };
  const letGo = async (received: Received, openIntent: OpenIntent): Promise<void> => {
    const openIntents = allOf(received, openIntent);
    if (openIntents === undefined) return;
    const message = messageOf.get(received);
    if (message !== undefined && openIntents.some((one) => hasFailed(one, maxReceives)))
      await deadLetter(message, FAILED);
    else gone.add(received);
  };
  return {
    deadLetter,
    acknowledge: async (done) => {
      await Promise.all(
        done.flatMap((one) => one.messages.map((received) => letGo(received, one))),
      );
    },
    staying: () => batch.filter((message) => !gone.has(message)),
  };
};

/** Gives messages back to the queue, each with a delay by why its open intents wait. */
export const giveBack = async <Message extends Received>(
  staying: readonly Message[],
  openIntents: readonly OpenIntent[],
  edges: ControlEdges<Message>,
  { maxReceives }: ControlLimits,
): Promise<void> => {
  const intentsIn = new Map<Received, OpenIntent[]>();
  for (const openIntent of openIntents)
    for (const message of openIntent.messages)
      intentsIn.set(message, [...(intentsIn.get(message) ?? []), openIntent]);
  await edges.postpone(
    staying.map((message) => {
      const options = { now: edges.now(), random: edges.random(), maxReceives };
      return [message, delayOf(message, intentsIn.get(message) ?? [], options)];
    }),
  );
};
