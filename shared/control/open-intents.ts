import { type Age, ageAsOf } from '../intent/age.ts';
import type { Intent } from '../intent/intent.ts';
import { BLOCK_JOBS, blocksOf, readMessage } from '../intent/message.ts';
import { blockKeyOf, messageKeyOf } from '../ledger/block-record.ts';
import type { KeyRecord } from '../ledger/key-record.ts';
import { jobIdOf } from '../operations/operation.ts';
import type { OpenIntent, Received } from './open-intent.ts';

export interface Unreadable<Message extends Received> {
  readonly message: Message;
  readonly reason: string;
}

/** Reads one message; the reason why it cannot be read, if so. */
const read = (body: string, blockJobs: number): Intent | string => {
  const reading = readMessage(body);
  if (!reading.ok) return reading.reason;
  const { jobs, first = 0 } = reading.intent;
  if (new Set(jobs.map(jobIdOf)).size < jobs.length) return 'the message names a job twice';
  if (first % blockJobs > 0) return 'the message begins within a block of jobs';
  return reading.intent;
};

/** The open intents of a message: its blocks, or all of it where it does not say where its jobs stand. */
const cutOf = (intent: Intent, blockJobs: number): readonly (readonly [string, Intent])[] => {
  const { first, intent_id, jobs } = intent;
  if (first === undefined) return [[messageKeyOf(intent), intent]];
  return blocksOf(jobs, blockJobs).map((some, i) => [
    blockKeyOf(intent_id, first / blockJobs + i),
    { ...intent, jobs: some },
  ]);
};

export interface OpenOptions {
  /** Milliseconds since 1970. */
  readonly now?: number | undefined;
  readonly blockJobs?: number | undefined;
}

/**
 * Reads a batch: open intents for each message, the same ones for several that are the same; and what cannot be read. `cuts` tells
 * how many open intents each message has: it is done when all of them are.
 */
export const readBatch = <Message extends Received>(
  batch: readonly Message[],
  { now = Number.POSITIVE_INFINITY, blockJobs = BLOCK_JOBS }: OpenOptions = {},
) => {
  const openIntents = new Map<string, OpenIntent<Message>>();
  const cuts = new Map<Message, number>();
  const unreadable: Unreadable<Message>[] = [];
  for (const message of batch) {
    const intent = read(message.body, blockJobs);
    if (typeof intent === 'string') {
      unreadable.push({ message, reason: intent });
      continue;
    }
    const age = ageAsOf(intent.intent_id, message.sentAt ?? now);
    const cut = cutOf(intent, blockJobs);
    cuts.set(message, cut.length);
    for (const [key, some] of cut) {
      const openIntent = openIntents.get(key) ?? makeOpenIntent<Message>(key, some, age);
      openIntent.messages.push(message);
      // Of two copies that the queue took one after the other the first tells when it was wished.
      if (age < openIntent.age) openIntent.age = age;
      if (intent.first !== undefined && message.receiveCount > 1)
        openIntent.formerly.set(messageKeyOf(intent), intent.jobs);
      openIntents.set(key, openIntent);
    }
  }
  return { openIntents, cuts, unreadable };
};

const namesOf = ({ intent_id, event_id, correlation_id }: Intent): readonly string[] =>
  [intent_id, event_id, correlation_id].filter((name) => name !== undefined);

const makeOpenIntent = <Message extends Received>(
  key: string,
  intent: Intent,
  age: Age,
): OpenIntent<Message> => ({
  key,
  intent,
  age,
  names: new Set(namesOf(intent)),
  formerly: new Map(),
  messages: [],
  places: new Map(intent.jobs.map((job, index) => [jobIdOf(job), index])),
  verdicts: [],
  published: new Set(),
  asked: new Map(),
  ends: new Map(),
  ownEnds: new Set(),
  reason: undefined,
  seen: undefined,
  changed: false,
  pause: 0,
  leases: new Map(),
  tried: false,
  outOfTime: false,
});

/** A open intent that nothing was done for yet, as open intent of the intent that its event was accepted as first. */
export const adoptIntent = <Message extends Received>(
  openIntent: OpenIntent<Message>,
  { age, ...first }: KeyRecord,
  same: OpenIntent<Message> | undefined,
): OpenIntent<Message> => {
  const intent = { ...openIntent.intent, ...first };
  const isFirst = first.intent_id === openIntent.intent.intent_id;
  const key = openIntent.key.replace(openIntent.intent.intent_id, first.intent_id);
  const adopted = same ?? makeOpenIntent<Message>(key, intent, age);
  adopted.messages.push(...openIntent.messages);
  for (const name of openIntent.names) adopted.names.add(name);
  if (isFirst) for (const [former, jobs] of openIntent.formerly) adopted.formerly.set(former, jobs);
  return adopted;
};
