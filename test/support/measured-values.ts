import type { Measured } from '../../shared/json/tally.ts';

/** The values of one metric, by the dimensions that are not its operation. */
export const valuesOf = (
  measured: readonly Measured[],
  name: string,
): Record<string, readonly number[]> =>
  Object.fromEntries(
    measured
      .filter((one) => one.name === name)
      .map(({ dimensions: { operation: _, ...rest }, values }) => [
        Object.values(rest).join(),
        values,
      ]),
  );
