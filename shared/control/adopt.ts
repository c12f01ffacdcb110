import { type KeyRecord, keyRecordKeyOf } from '../ledger/key-record.ts';
import type { Records } from '../ledger/records.ts';
import { type Alias, noteAliases } from './note-aliases.ts';
import { OpenIntent } from './open-intent.ts';

/** How often it is asked which delivery was first, if other invocations write too. */
const ROUNDS = 3;

const recordOf = ({ intent, age }: OpenIntent): KeyRecord => ({
  intent_id: intent.intent_id,
  age,
  accepted_at: intent.accepted_at,
  ...(intent.expires_at !== undefined && { expires_at: intent.expires_at }),
});

const keyOf = ({ intent: { key } }: OpenIntent): string | undefined => key && keyRecordKeyOf(key);

/** Open intents as the ledger has them. */
export interface Adopted {
  readonly openIntents: readonly OpenIntent[];
  /** The ledger does not tell which intent these are. They come back. */
  readonly left: readonly OpenIntent[];
}

/**
 * Makes one intent of an event, however often it was accepted. Law: of the deliveries with one key, the first that the
 * control loop sees is the intent for all of them, for ever, with its age and its deadline. One conditional write says so.
 */
export const adopt = async (
  records: Records,
  openIntents: readonly OpenIntent[],
): Promise<Adopted> => {
  const oldest = new Map<string, KeyRecord>();
  for (const openIntent of openIntents) {
    const key = keyOf(openIntent);
    const before = key === undefined ? undefined : oldest.get(key);
    if (key !== undefined && (before === undefined || openIntent.age < before.age))
      oldest.set(key, recordOf(openIntent));
  }
  if (oldest.size === 0) return { openIntents, left: [] };
  const firsts = await firstOf(records, oldest);
  const untold = await noteAliases(records, aliasesIn(openIntents, firsts));
  const adopted = new Map<string, OpenIntent>();
  const left: OpenIntent[] = [];
  for (const openIntent of openIntents) {
    const key = keyOf(openIntent);
    const first = key === undefined ? undefined : firsts.get(key);
    if (key === undefined) adopted.set(openIntent.key, openIntent);
    else if (first === undefined || untold.has(openIntent.intent.intent_id)) left.push(openIntent);
    else addTo(adopted, openIntent, first);
  }
  return { openIntents: [...adopted.values()], left };
};

/** The deliveries that were accepted under another id than their first. */
const aliasesIn = (
  openIntents: readonly OpenIntent[],
  firsts: ReadonlyMap<string, KeyRecord>,
): readonly Alias[] =>
  openIntents.flatMap((openIntent) => {
    const { intent_id: told, caller } = openIntent.intent;
    const first = firsts.get(keyOf(openIntent) ?? '');
    return first === undefined || first.intent_id === told
      ? []
      : [{ told, is: { intent_id: first.intent_id, caller } }];
  });

/** Adds an open intent as a delivery of the intent that its event was accepted as first. */
const addTo = (
  adopted: Map<string, OpenIntent>,
  openIntent: OpenIntent,
  { age, ...first }: KeyRecord,
): void => {
  const { intent_id } = openIntent.intent;
  const key = openIntent.key.replace(intent_id, first.intent_id);
  const { expires_at: _, ...told } = openIntent.intent;
  const intent = { ...told, ...first };
  const same = adopted.get(key) ?? new OpenIntent(key, intent, age);
  adopted.set(key, same);
  same.join(openIntent);
  if (intent_id === first.intent_id)
    for (const [former, jobs] of openIntent.formers) same.addFormer(former, jobs);
};

/**
 * What each key stands for. Keys of which the ledger does not tell now are left out. A record of a key never changes once it
 * is written. So the first read may be late: what it finds is right, and what it does not find is written only if it is not
 * there.
 */
const firstOf = async (
  records: Records,
  oldest: ReadonlyMap<string, KeyRecord>,
): Promise<ReadonlyMap<string, KeyRecord>> => {
  const firsts = new Map<string, KeyRecord>();
  let open = [...oldest];
  for (let round = 0; round < ROUNDS && open.length > 0; round++) {
    const freshness = round === 0 ? 'may be late' : 'now';
    const stored = await records.keys.read(
      open.map(([key]) => key),
      freshness,
    );
    for (const [key] of open) {
      const answer = stored(key);
      if (answer.kind === 'found') firsts.set(key, answer.record);
    }
    const free = open.filter(([key]) => stored(key).kind === 'absent');
    const written = await Promise.all(
      free.map(async ([key, record]) => (await records.keys.write(key, record, undefined))[0]),
    );
    for (const [i, [key, record]] of free.entries())
      if (written[i] === 'written') firsts.set(key, record);
    // Another invocation was first with these. The next round tells what it wrote.
    open = free.filter((_, i) => written[i] === 'lost');
  }
  return firsts;
};
