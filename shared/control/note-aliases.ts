import type { Intent, IntentId } from '../intent/intent.ts';
import { aliasCodec, aliasKeyOf } from '../ledger/alias-record.ts';
import type { Records } from '../ledger/records.ts';

/** An intent that is taken for another one. */
export interface Alias {
  readonly told: IntentId;
  readonly is: Pick<Intent, 'intent_id' | 'caller'>;
}

/**
 * Writes of each alias which intent it is, so that the id that its sender was told is found. Resolves to those ids of
 * which the ledger may not know.
 */
export const noteAliases = async (
  records: Records,
  aliases: readonly Alias[],
): Promise<ReadonlySet<IntentId>> => {
  const store = records.of(aliasCodec);
  const byId = new Map(aliases.map(({ told, is }) => [told, is]));
  const unknown = new Set<IntentId>();
  await Promise.all(
    Array.from(byId, async ([told, is]) => {
      // If the write is lost, an earlier delivery of this message has written the same.
      const [written] = await store.write(aliasKeyOf(told), is, undefined);
      if (written === 'unknown') unknown.add(told);
    }),
  );
  return unknown;
};
