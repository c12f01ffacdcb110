import * as v from 'valibot';
import type { Intent, IntentId } from '../intent/intent.ts';
import { readRecord } from './read-record.ts';
import type { Codec } from './records.ts';

/** The intent that another one was taken for: a repeat of the same wish, accepted under an id of its own. */
export type AliasRecord = Pick<Intent, 'intent_id' | 'caller'>;

/** The key for the id that the sender of the repeat was told. */
export const aliasKeyOf = (told: IntentId): string => `alias/${told}`;

const VERSION = 1;

const schema = v.object({
  v: v.literal(VERSION),
  intent_id: v.custom<IntentId>((id) => typeof id === 'string'),
  caller: v.string(),
});

const read = (text: string): AliasRecord | undefined => {
  const stored = readRecord(schema, text);
  if (stored === undefined) return undefined;
  const { intent_id, caller } = stored;
  return { intent_id, caller };
};

/** How an alias is written as a text. */
export const aliasCodec: Codec<AliasRecord> = {
  read,
  write: ({ intent_id, caller }) => JSON.stringify({ v: VERSION, intent_id, caller }),
};
