import * as v from 'valibot';
import { readRecord } from './read-record.ts';
import type { Codec } from './records.ts';

/** The last time that an invocation worked on a message apart from others. */
export interface TrialRecord {
  /** So many messages were in the same trial. */
  readonly size: number;
  /** How often the queue had given the message. */
  readonly receives: number;
  /** Whether that trial came to its end. If not, the function died in it. */
  readonly ended: boolean;
}

export const trialKeyOf = (messageId: string): string => `trial/${messageId}`;

const VERSION = 1;

const schema = v.object({
  v: v.literal(VERSION),
  size: v.number(),
  receives: v.number(),
  ended: v.boolean(),
});

const read = (text: string): TrialRecord | undefined => {
  const stored = readRecord(schema, text);
  if (stored === undefined) return undefined;
  const { v: _, ...record } = stored;
  return record;
};

/** How a trial is written as a text. */
export const trialCodec: Codec<TrialRecord> = {
  read,
  write: (record) => JSON.stringify({ v: VERSION, ...record }),
};
