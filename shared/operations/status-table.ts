import type { Effect } from './operation.ts';
import type { Sighting } from './sighting.ts';

/** What each status tells, by the list it stands in, and what it tells that the job is not there. */
export type Told<Status extends string> = {
  readonly taken: readonly Status[];
  readonly none: readonly Status[];
  readonly pending?: readonly Status[];
  readonly missing: Effect;
};

/**
 * Reads sightings by a table. `known` are all statuses that the service has: one of them that stands in no list, or in
 * two, is a bug and throws. A status that is not known says nothing yet, and neither does a look that told none.
 */
export const effects = <Status extends string>(
  { taken, none, pending = [], missing }: Told<Status>,
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
  return (sighting) => {
    switch (sighting.kind) {
      case 'told':
        return table.get(sighting.status) ?? 'pending';
      case 'missing':
        return missing;
      case 'untold':
      case 'unasked':
        return 'pending';
    }
  };
};
