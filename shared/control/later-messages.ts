import { MOST_DEADLINE_SECONDS } from '../intent/request.ts';
import type { Log } from '../json/log.ts';
import { isOnItsLastReceive } from './give-up.ts';
import type { Received } from './received.ts';

/** A message that a later release wrote. */
export interface Later<Message extends Received> {
  readonly message: Message;
  /** Why this release cannot read it. */
  readonly reason: string;
  /** The intent's deadline, in milliseconds since 1970, if the message tells it. */
  readonly until: number | undefined;
}

export interface LaterOptions {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly maxReceives: number;
  readonly log: Log;
}

/** A message without a deadline has the longest that an intent can have, from when the queue took it. */
const deadlineOf = ({ message: { sentAt = Number.POSITIVE_INFINITY }, until }: Later<Received>) =>
  until ?? sentAt + MOST_DEADLINE_SECONDS * 1_000;

const ADVICE = 'deploy the release that wrote them; they stay queued until their deadline';

/**
 * Which of these messages no release is going to read in time, each with the reason for the dead-letter queue. Law: a
 * message of a later release stays queued until its deadline, or until the queue is about to give it for the last time.
 */
export const overdueOf = <Message extends Received>(
  later: readonly Later<Message>[],
  { now, maxReceives, log }: LaterOptions,
): readonly (readonly [Message, string])[] => {
  const isOver = (one: Later<Message>): boolean =>
    now >= deadlineOf(one) || isOnItsLastReceive(one.message, maxReceives);
  const kept = later.filter((one) => !isOver(one));
  if (kept.length > 0)
    log.warn('messages of a later release', {
      messages: kept.length,
      reasons: [...new Set(kept.map(({ reason }) => reason))],
      advice: ADVICE,
    });
  return later
    .filter(isOver)
    .map(({ message, reason }) => [
      message,
      `a later release wrote it, and none came in time: ${reason}`,
    ]);
};
