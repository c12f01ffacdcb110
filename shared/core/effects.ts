import type { Effect, Sighting } from './operation.ts';

/** Reads statuses by a table. One that stands in neither list, or that nobody has heard of, says nothing yet. */
export const effects = ({
  taken,
  none,
}: {
  taken: readonly string[];
  none: readonly string[];
}): ((sighting: Sighting) => Effect) => {
  const table = new Map<string, Effect>();
  for (const status of taken) table.set(status, 'taken');
  for (const status of none) table.set(status, 'none');
  return ({ status }) => table.get(status) ?? 'pending';
};
