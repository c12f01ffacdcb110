import { type KeyRecord, keyRecordKeyOf } from '../ledger/key-record.ts';
import { isForeign, type Records, type Seen } from '../ledger/records.ts';
import type { Part, Received } from './open-intent.ts';
import { adoptPart } from './open-intents.ts';

type Parts<Message extends Received> = ReadonlyMap<string, Part<Message>>;

/** How often it is tried to find out who was first, where others write too. */
const ROUNDS = 3;

const recordOf = ({ intent, age }: Part): KeyRecord => ({
  intent_id: intent.intent_id,
  age,
  accepted_at: intent.accepted_at,
  ...(intent.expires_at !== undefined && { expires_at: intent.expires_at }),
});

const keyOf = ({ intent: { key } }: Part): string | undefined => key && keyRecordKeyOf(key);

/**
 * Makes one intent of an event however often it was accepted. Law: the first that the control loop sees of those with one
 * key is the intent, with its age and its deadline, for all of them and for ever, by one conditional write. Those of which
 * the ledger does not tell it are `left`, and come back.
 */
export const adopt = async <Message extends Received>(
  records: Records,
  parts: Parts<Message>,
): Promise<{ readonly parts: Parts<Message>; readonly left: readonly Part[] }> => {
  const firsts = new Map<string, KeyRecord>();
  for (const part of parts.values()) {
    const key = keyOf(part);
    const first = key === undefined ? undefined : firsts.get(key);
    if (key !== undefined && (first === undefined || part.age < first.age))
      firsts.set(key, recordOf(part));
  }
  if (firsts.size === 0) return { parts, left: [] };
  const intents = await firstOf(records, firsts);
  const adopted = new Map<string, Part<Message>>();
  const left: Part[] = [];
  for (const part of parts.values()) {
    const key = keyOf(part);
    const intent = key === undefined ? undefined : intents.get(key);
    if (key === undefined) adopted.set(part.key, part);
    else if (intent === undefined) left.push(part);
    else {
      const name = part.key.replace(part.intent.intent_id, intent.intent_id);
      adopted.set(name, adoptPart(part, intent, adopted.get(name)));
    }
  }
  return { parts: adopted, left };
};

/** What each key stands for; those are left out of which that cannot be told now. */
const firstOf = async (
  records: Records,
  firsts: ReadonlyMap<string, KeyRecord>,
): Promise<ReadonlyMap<string, KeyRecord>> => {
  const intents = new Map<string, KeyRecord>();
  let open = [...firsts];
  for (let round = 0; round < ROUNDS && open.length > 0; round++) {
    const stored = await records.keys.read(open.map(([key]) => key));
    if (stored === undefined) break;
    for (const [key] of open) note(intents, key, stored.get(key));
    const free = open.filter(([key]) => !stored.has(key));
    const written = await Promise.all(
      free.map(async ([key, record]) => (await records.keys.write(key, record, undefined))[0]),
    );
    for (const [i, [key, record]] of free.entries())
      if (written[i] === 'written') intents.set(key, record);
    // Somebody else was first with these: who, the next round tells.
    open = free.filter((_, i) => written[i] === 'lost');
  }
  return intents;
};

const note = (
  intents: Map<string, KeyRecord>,
  key: string,
  seen: Seen<KeyRecord> | undefined,
): void => {
  if (!isForeign(seen) && seen?.record !== undefined) intents.set(key, seen.record);
};
