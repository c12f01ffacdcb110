import type { Age } from '../../shared/intent/age.ts';
import { type Intent, type IntentId, timeOf } from '../../shared/intent/intent.ts';
import { aliasCodec, aliasKeyOf } from '../../shared/ledger/alias-record.ts';
import { keyRecordKeyOf } from '../../shared/ledger/key-record.ts';
import type { OpenLedger } from '../target/open-ledger.ts';
import { recordIn } from '../target/read-job-facts.ts';
import type { Wish } from './letter.ts';

interface First {
  readonly intent_id: IntentId;
  readonly age: Age;
}

/** The record of the key tells the age too. Of a repeat under an id of its own, an alias tells the intent alone. */
const readFirst = async (
  ledger: OpenLedger,
  { key, intent_id: told }: Intent,
): Promise<First | undefined> => {
  if (key === undefined) return undefined;
  const at = keyRecordKeyOf(key);
  const first = recordIn(ledger, (await ledger.records.keys.read([at]))(at));
  if (first !== undefined) return first;
  const aliases = await ledger.records.of(aliasCodec).read([aliasKeyOf(told)]);
  const alias = recordIn(ledger, aliases(aliasKeyOf(told)));
  return alias && { intent_id: alias.intent_id, age: alias.intent_id };
};

/**
 * The wish as the control loop knows it. Law: an event that was accepted twice is one intent, the one that the loop saw
 * first. Its records, its claims and its age go by that intent's id, whichever delivery the letter is.
 */
export const asFirstAccepted = async (ledger: OpenLedger, wish: Wish): Promise<Wish> => {
  if (wish.intent === undefined || wish.age !== undefined) return wish;
  const first = await readFirst(ledger, wish.intent);
  if (first === undefined) return wish;
  const { intent_id, age } = first;
  return { ...wish, intent: { ...wish.intent, intent_id }, age, at: timeOf(age) };
};
