/** Seconds until messages come back to a function that is misconfigured: soon, and seldom once that lasts for hours. */
const SOON = 60;
const SELDOM = 900;
const MOST_SOON = 120;

interface Failed {
  readonly receiveCount: number;
}

export interface GiveBackFailedEdges<Message extends Failed> {
  readonly postpone: (
    messages: readonly (readonly [Message, seconds: number])[],
  ) => Promise<unknown>;
  /** Whether the messages have been given back already, when this error comes. */
  readonly isGivenBack: (error: unknown) => boolean;
}

/**
 * Works on a batch, and gives its messages back if that fails: after a minute, not after the queue's visibility timeout of 17
 * minutes. So work goes on soon after a setting, a secret or a right is mended. The error goes on to Lambda.
 */
export const giveBackFailed =
  <Message extends Failed, Result>({ postpone, isGivenBack }: GiveBackFailedEdges<Message>) =>
  async (messages: readonly Message[], work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      const secondsFor = ({ receiveCount }: Message) => (receiveCount < MOST_SOON ? SOON : SELDOM);
      if (!isGivenBack(error))
        await postpone(messages.map((message) => [message, secondsFor(message)]));
      throw error;
    }
  };
