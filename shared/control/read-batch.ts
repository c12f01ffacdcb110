import { ageAsOf } from '../intent/age.ts';
import type { Intent } from '../intent/intent.ts';
import { BLOCK_JOBS, blocksOf, type ReadMessage, readMessage } from '../intent/message.ts';
import { blockKeyOf, messageKeyOf } from '../ledger/block-record.ts';
import { jobIdOf } from '../operations/operation.ts';
import type { Later } from './later-messages.ts';
import { OpenIntent } from './open-intent.ts';
import type { Received } from './received.ts';

export interface Unreadable<Message extends Received> {
  readonly message: Message;
  readonly reason: string;
}

/** What a batch of messages asks for. */
export interface ReadBatch<Message extends Received> {
  /** Each block of each intent once, also if several messages hold it. */
  readonly openIntents: readonly OpenIntent[];
  /** In how many open intents each message lies. It is done when all of them are. */
  readonly sizes: ReadonlyMap<Received, number>;
  readonly unreadable: readonly Unreadable<Message>[];
  readonly later: readonly Later<Message>[];
}

const unreadableBecause = (reason: string): ReadMessage => ({ ok: false, reason });

/** Reads one message, and checks what concerns its jobs together. */
const read = (body: string, blockJobs: number): ReadMessage => {
  const reading = readMessage(body);
  if (!reading.ok) return reading;
  const { jobs, first = 0 } = reading.intent;
  if (new Set(jobs.map(jobIdOf)).size < jobs.length)
    return unreadableBecause('the message names a job twice');
  if (first % blockJobs > 0) return unreadableBecause('the message begins within a block of jobs');
  return reading;
};

/** The blocks of a message, by the keys of their records. A message that does not tell of blocks is one. */
const cut = (intent: Intent, blockJobs: number): readonly (readonly [string, Intent])[] => {
  const { first, intent_id, jobs } = intent;
  if (first === undefined) return [[messageKeyOf(intent), intent]];
  return blocksOf(jobs, blockJobs).map((some, i) => [
    blockKeyOf(intent_id, first / blockJobs + i),
    { ...intent, jobs: some },
  ]);
};

export interface ReadBatchOptions {
  /** Milliseconds since 1970. */
  readonly now?: number | undefined;
  readonly blockJobs?: number | undefined;
}

/** Reads a batch. Copies of one message share their open intents. */
export const readBatch = <Message extends Received>(
  batch: readonly Message[],
  { now = Number.POSITIVE_INFINITY, blockJobs = BLOCK_JOBS }: ReadBatchOptions = {},
): ReadBatch<Message> => {
  const openIntents = new Map<string, OpenIntent>();
  const sizes = new Map<Received, number>();
  const unreadable: Unreadable<Message>[] = [];
  const later: Later<Message>[] = [];
  for (const message of batch) {
    const reading = read(message.body, blockJobs);
    if (!reading.ok) {
      const { reason } = reading;
      if (reading.later === undefined) unreadable.push({ message, reason });
      else later.push({ message, reason, until: reading.later.until });
      continue;
    }
    const { intent } = reading;
    const age = ageAsOf(intent.intent_id, message.sentAt ?? now);
    const blocks = cut(intent, blockJobs);
    sizes.set(message, blocks.length);
    for (const [key, block] of blocks) {
      const openIntent = openIntents.get(key) ?? new OpenIntent(key, block, age);
      openIntents.set(key, openIntent);
      openIntent.addMessage(message, age);
      if (intent.first !== undefined && message.receiveCount > 1)
        openIntent.addFormer(messageKeyOf(intent), intent.jobs);
    }
  }
  return { openIntents: [...openIntents.values()], sizes, unreadable, later };
};
