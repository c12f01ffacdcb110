import { setTimeout as sleep } from 'node:timers/promises';
import { type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { errorText } from '../../shared/json/error-text.ts';

const FIRST_PAUSE_MS = 100;
const LAST_PAUSE_MS = 5_000;

export interface ReceiveOptions {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  /** Ends a long poll and a pause at once. */
  readonly signal: AbortSignal;
  readonly log: (message: string, cause?: unknown) => void;
}

/** A running outage: its start, in milliseconds of `performance.now()`, and the last error. */
export interface Outage {
  readonly since: number;
  readonly reason: string;
}

/**
 * Receives at most so many messages, and waits so many seconds for the first. Law: it never rejects. An outage of the queue is
 * logged once; each failure gives no messages, after a pause that doubles.
 */
export const makeReceiveMessages = ({ sqs, queueUrl, signal, log }: ReceiveOptions) => {
  let pauseMs = 0;
  let outage: Outage | undefined;

  const recovered = (): void => {
    if (pauseMs > 0) log('the queue answers again');
    pauseMs = 0;
    outage = undefined;
  };

  const failed = async (cause: unknown): Promise<void> => {
    if (signal.aborted) return;
    outage = { since: outage?.since ?? performance.now(), reason: errorText(cause) };
    if (pauseMs === 0) log('the queue cannot be polled', cause);
    pauseMs = Math.min(Math.max(pauseMs * 2, FIRST_PAUSE_MS), LAST_PAUSE_MS);
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
  };

  const receive = async (most: number, waitSeconds: number): Promise<readonly Message[]> => {
    const command = new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: most,
      WaitTimeSeconds: waitSeconds,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    });
    try {
      const { Messages: messages = [] } = await sqs.send(command, { abortSignal: signal });
      recovered();
      return messages;
    } catch (cause) {
      await failed(cause);
      return [];
    }
  };

  return { receive, outage: () => outage };
};
