import type { Log } from '../json/log.ts';
import { MEND, troubleOf } from '../json/trouble.ts';

/** Seconds until messages come back to a function that is misconfigured: soon, and seldom once that lasts for hours. */
const SOON = 60;
const SELDOM = 900;
const MOST_SOON = 120;

/** The share of its receives that a message may use up soon. With the last of them it goes to the dead-letter queue. */
const SHARE_SOON = 1 / 4;

interface Failed {
  readonly receiveCount: number;
}

export interface GiveBackFailedEdges<Message extends Failed> {
  readonly postpone: (
    messages: readonly (readonly [Message, seconds: number])[],
  ) => Promise<unknown>;
  /** Whether the messages have been given back already, when this error comes. */
  readonly isGivenBack: (error: unknown) => boolean;
  readonly log: Log;
  /** How often the queue gives a message. */
  readonly maxReceives: number;
}

const secondsFor = ({ receiveCount }: Failed, maxReceives: number): number =>
  receiveCount < Math.min(MOST_SOON, maxReceives * SHARE_SOON) ? SOON : SELDOM;

/**
 * Works on a batch, and gives its messages back if that fails: after a minute, not after the queue's visibility timeout of 17
 * minutes. So work goes on soon after a setting, a secret or a right is mended. The error goes on to Lambda.
 */
export const giveBackFailed =
  <Message extends Failed, Result>({
    postpone,
    isGivenBack,
    log,
    maxReceives,
  }: GiveBackFailedEdges<Message>) =>
  async (messages: readonly Message[], work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      if (isGivenBack(error)) throw error;
      const trouble = troubleOf(error);
      log.warn('batch failed', {
        messages: messages.length,
        ...trouble,
        ...(trouble.reason === 'misconfigured' && { advice: MEND }),
      });
      await postpone(messages.map((message) => [message, secondsFor(message, maxReceives)]));
      throw error;
    }
  };
