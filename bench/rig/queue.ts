import type { ChangeMessageVisibilityBatchCommandInput } from '@aws-sdk/client-sqs';
import type { Counter } from './counter.ts';

export interface Message {
  readonly id: string;
  readonly body: string;
  readonly sentAt: number;
  handle: string;
  receives: number;
  /** When it may be received again, in milliseconds since 1970. */
  visibleAt: number;
}

const MESSAGES_PER_REQUEST = 10;
const WAKE_MS = 20;

/** The messages that wait, and those that were received and may come back. */
const openMessages = (visibilityMs: number) => {
  let ready: Message[] = [];
  let nextHandle = 0;
  const inFlight = new Map<string, Message>();
  const wake = (): void => {
    const now = Date.now();
    const back = [...inFlight.values()].filter(({ visibleAt }) => visibleAt <= now);
    for (const message of back) inFlight.delete(message.handle);
    ready.push(...back);
  };
  const timer = setInterval(wake, WAKE_MS);
  return {
    inFlight,
    add: (message: Message): void => void ready.push(message),
    take: (count: number): readonly Message[] => {
      const taken = ready.slice(0, count);
      ready = ready.slice(count);
      for (const message of taken) {
        message.receives += 1;
        message.handle = String(nextHandle++);
        message.visibleAt = Date.now() + visibilityMs;
        inFlight.set(message.handle, message);
      }
      return taken;
    },
    left: (): number => ready.length + inFlight.size,
    close: (): void => clearInterval(timer),
  };
};

type Messages = ReturnType<typeof openMessages>;

/** What the function itself asks of the queue: to change when messages come back, and to delete some. */
const answerCall = (
  { inFlight }: Messages,
  counter: Counter,
  call: string,
  body: string,
): unknown => {
  if (call !== 'ChangeMessageVisibilityBatch' && call !== 'DeleteMessageBatch') return undefined;
  const { Entries = [] }: ChangeMessageVisibilityBatchCommandInput = JSON.parse(body);
  counter.add('queue requests');
  for (const { ReceiptHandle = '', VisibilityTimeout = 0 } of Entries) {
    const message = inFlight.get(ReceiptHandle);
    if (message === undefined) continue;
    if (call === 'DeleteMessageBatch') inFlight.delete(ReceiptHandle);
    else message.visibleAt = Date.now() + VisibilityTimeout * 1_000;
  }
  return { Successful: Entries.map(({ Id }) => ({ Id })), Failed: [] };
};

/**
 * One standard queue in memory. A message that was received comes back after the visibility timeout, unless it was deleted
 * or its visibility was changed. It counts requests as the event source mapping makes them: ten messages each.
 */
export const openQueue = (visibilityMs: number, counter: Counter) => {
  const messages = openMessages(visibilityMs);
  const charge = (count: number): void =>
    counter.add('queue requests', Math.ceil(count / MESSAGES_PER_REQUEST));
  return {
    /** Puts messages on the queue, in this order. Each counts as one request. */
    send: (sent: readonly { readonly id: string; readonly body: string }[]): void => {
      const sentAt = Date.now();
      counter.add('queue requests', sent.length);
      for (const one of sent)
        messages.add({ ...one, sentAt, handle: '', receives: 0, visibleAt: 0 });
    },
    receive: (count: number): readonly Message[] => {
      const taken = messages.take(count);
      charge(taken.length);
      return taken;
    },
    delete: (done: readonly Message[]): void => {
      charge(done.length);
      for (const { handle } of done) messages.inFlight.delete(handle);
    },
    /** One request of the function's own. Undefined if it is none that the queue knows. */
    answer: (call: string, body: string) => answerCall(messages, counter, call, body),
    /** Messages that are not done. */
    left: messages.left,
    close: messages.close,
  };
};

export type Queue = ReturnType<typeof openQueue>;
