import type { Effect } from './operation.ts';
import { isIn, type Sighting } from './sighting.ts';

/**
 * What each status tells of a request, by the list that it stands in.
 * - `there`: the job is where the request would bring it, or on its way there. So the request took effect, and a refusal
 *   is no harm.
 * - `taken`: the request took effect, and the job is no longer there.
 * - `none`: the request had no effect.
 * - `pending`: the status tells nothing yet.
 */
export interface StatusLists<Status extends string> {
  readonly there: readonly Status[];
  readonly taken?: readonly Status[];
  readonly none: readonly Status[];
  readonly pending?: readonly Status[];
  /** What it tells that the job does not exist. */
  readonly missing: 'there' | 'none';
}

export interface StatusTable {
  readonly effectOf: (sighting: Sighting) => Effect;
  readonly isThere: (sighting: Sighting) => boolean;
}

/**
 * Reads sightings by a table. `known` are all statuses of the service: one that stands in no list, or in two, is a bug and
 * throws. A status that is not known tells nothing yet, and neither does a look that told none.
 */
export const statusTable = <Status extends string>(
  { there, taken = [], none, pending = [], missing }: StatusLists<Status>,
  known: readonly Status[] = [],
): StatusTable => {
  const placed = [
    ...[...there, ...taken].map((status) => [status, 'taken'] as const),
    ...none.map((status) => [status, 'none'] as const),
    ...pending.map((status) => [status, 'pending'] as const),
  ];
  const table = new Map<string, Effect>(placed);
  const unplaced = known.filter((status) => !table.has(status));
  if (unplaced.length > 0 || table.size < placed.length)
    throw new Error(`each status must be in one list: ${unplaced.join(', ') || 'one is in two'}`);
  return {
    effectOf: (sighting) => {
      switch (sighting.kind) {
        case 'told':
          return table.get(sighting.status) ?? 'pending';
        case 'missing':
          return missing === 'there' ? 'taken' : missing;
        case 'untold':
        case 'unasked':
          return 'pending';
      }
    },
    isThere: (sighting) =>
      sighting.kind === 'missing' ? missing === 'there' : isIn(there, sighting),
  };
};
