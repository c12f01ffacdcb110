import { type KeyRecord, keyRecordKeyOf } from '../ledger/key-record.ts';
import type { Records } from '../ledger/records.ts';
import type { OpenIntent, Received } from './open-intent.ts';
import { adoptIntent } from './open-intents.ts';

type OpenIntents<Message extends Received> = ReadonlyMap<string, OpenIntent<Message>>;

/** How often it is tried to find out who was first, where others write too. */
const ROUNDS = 3;

const recordOf = ({ intent, age }: OpenIntent): KeyRecord => ({
  intent_id: intent.intent_id,
  age,
  accepted_at: intent.accepted_at,
  ...(intent.expires_at !== undefined && { expires_at: intent.expires_at }),
});

const keyOf = ({ intent: { key } }: OpenIntent): string | undefined => key && keyRecordKeyOf(key);

/**
 * Makes one intent of an event however often it was accepted. Law: the first that the control loop sees of those with one
 * key is the intent, with its age and its deadline, for all of them and for ever, by one conditional write. Those of which
 * the ledger does not tell it are `left`, and come back.
 */
export const adopt = async <Message extends Received>(
  records: Records,
  openIntents: OpenIntents<Message>,
): Promise<{
  readonly openIntents: OpenIntents<Message>;
  readonly left: readonly OpenIntent[];
}> => {
  const firsts = new Map<string, KeyRecord>();
  for (const openIntent of openIntents.values()) {
    const key = keyOf(openIntent);
    const first = key === undefined ? undefined : firsts.get(key);
    if (key !== undefined && (first === undefined || openIntent.age < first.age))
      firsts.set(key, recordOf(openIntent));
  }
  if (firsts.size === 0) return { openIntents, left: [] };
  const intents = await firstOf(records, firsts);
  const adopted = new Map<string, OpenIntent<Message>>();
  const left: OpenIntent[] = [];
  for (const openIntent of openIntents.values()) {
    const key = keyOf(openIntent);
    const intent = key === undefined ? undefined : intents.get(key);
    if (key === undefined) adopted.set(openIntent.key, openIntent);
    else if (intent === undefined) left.push(openIntent);
    else {
      const name = openIntent.key.replace(openIntent.intent.intent_id, intent.intent_id);
      adopted.set(name, adoptIntent(openIntent, intent, adopted.get(name)));
    }
  }
  return { openIntents: adopted, left };
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
    for (const [key] of open) {
      const answer = stored(key);
      if (answer.kind === 'found') intents.set(key, answer.record);
    }
    const free = open.filter(([key]) => stored(key).kind === 'absent');
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
