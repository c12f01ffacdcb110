import * as v from 'valibot';
import type { Age } from '../intent/age.ts';
import type { Intent, IntentId } from '../intent/intent.ts';
import { readRecord } from './read-record.ts';

/** The first intent that the control loop has seen of an event. It stands for every delivery of that event. */
export interface KeyRecord extends Pick<Intent, 'intent_id' | 'accepted_at' | 'expires_at'> {
  readonly age: Age;
}

export const keyRecordKeyOf = (key: string): string => `key/${key}`;

const VERSION = 1;

const schema = v.object({
  v: v.literal(VERSION),
  intent_id: v.custom<IntentId>((id) => typeof id === 'string'),
  age: v.custom<Age>((age) => typeof age === 'string'),
  accepted_at: v.string(),
  expires_at: v.exactOptional(v.string()),
});

export const writeKey = (record: KeyRecord): string => JSON.stringify({ v: VERSION, ...record });

/** Undefined if this release does not know the version of the text. */
export const readKey = (text: string): KeyRecord | undefined => {
  const read = readRecord(schema, text);
  if (read === undefined) return undefined;
  const { v: _, ...record } = read;
  return record;
};
