import { carries } from './choose.ts';
import type { Setup } from './setup.ts';

/** How close the limit is found. */
const PRECISION = 1.03;

/** No queue takes more: the model is of one. */
const MOST_PER_SECOND = 1_000_000;

/** Intents a second that a queue set up like this carries at most, by halving steps. It carries its own load. */
export const findLimit = (setup: Setup): number => {
  const isCarried = (perSecond: number): boolean => carries({ ...setup, perSecond });
  let [holds, breaks] = [setup.perSecond, setup.perSecond * 2];
  while (breaks < MOST_PER_SECOND && isCarried(breaks)) [holds, breaks] = [breaks, breaks * 2];
  while (breaks / holds > PRECISION) {
    const middle = Math.sqrt(holds * breaks);
    if (isCarried(middle)) holds = middle;
    else breaks = middle;
  }
  return holds;
};
