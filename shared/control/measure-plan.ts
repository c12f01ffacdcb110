import type { Measure } from '../json/metric.ts';
import type { ControlLimits } from './edges.ts';
import type { Call } from './planned.ts';

/** Notes which calls a batch needs, and how full each one is. */
export const measurePlan = (
  calls: readonly Call[],
  { maxJobsPerCall }: Pick<ControlLimits, 'maxJobsPerCall'>,
  measure: Measure,
): void => {
  for (const { operation, carriers } of calls) {
    const most = maxJobsPerCall(operation);
    const dimensions = { operation: operation.name };
    for (let left = carriers.length; left > 0; left -= most) {
      measure('CallsNeeded', 1, dimensions);
      measure('FillRatio', (100 * Math.min(left, most)) / most, dimensions);
    }
  }
};
