/**
 * Parts a list into clusters: two that have a name in common are in the same one, and so are all that hang together by
 * others. The order within a cluster is that of the list.
 */
export const clustersOf = <T>(
  all: readonly T[],
  namesOf: (one: T) => readonly string[],
): readonly (readonly T[])[] => {
  const bearers = new Map<string, T[]>();
  for (const one of all)
    for (const name of namesOf(one)) {
      const known = bearers.get(name);
      if (known === undefined) bearers.set(name, [one]);
      else known.push(one);
    }
  const clusterOf = new Map<T, number>();
  const spread = (from: T, cluster: number): void => {
    const open = [from];
    for (let one = open.pop(); one !== undefined; one = open.pop()) {
      if (clusterOf.has(one)) continue;
      clusterOf.set(one, cluster);
      for (const name of namesOf(one)) {
        open.push(...(bearers.get(name) ?? []));
        bearers.delete(name);
      }
    }
  };
  all.forEach((one, i) => {
    spread(one, i);
  });
  return [...Map.groupBy(all, (one) => clusterOf.get(one)).values()];
};
