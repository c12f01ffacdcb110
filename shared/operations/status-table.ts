import type { Effect, MISSING, Sighting } from './operation.ts';

/** What each status tells, by the list it stands in. */
export type Told<Status extends string> = Readonly<
  Record<'taken' | 'none', readonly (Status | typeof MISSING)[]>
> & { readonly pending?: readonly Status[] };

/**
 * Reads statuses by a table. `known` are all that the service has: one of them that stands in no list, or in two, is a bug
 * and throws. A status that is not known says nothing yet.
 */
export const effects = <Status extends string>(
  { taken, none, pending = [] }: Told<Status>,
  known: readonly Status[] = [],
): ((sighting: Sighting) => Effect) => {
  const placed = [
    ...taken.map((status) => [status, 'taken'] as const),
    ...none.map((status) => [status, 'none'] as const),
    ...pending.map((status) => [status, 'pending'] as const),
  ];
  const table = new Map<string, Effect>(placed);
  const unplaced = known.filter((status) => !table.has(status));
  if (unplaced.length > 0 || table.size < placed.length)
    throw new Error(`each status must be in one list: ${unplaced.join(', ') || 'one is in two'}`);
  return ({ status }) => table.get(status) ?? 'pending';
};
