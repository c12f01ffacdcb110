import { judgeHistory } from './oracles/index.ts';
import { simulate } from './simulate.ts';
import { count, emptyTally, type Tally } from './tally.ts';

export interface Stretch {
  readonly from: number;
  readonly seeds: number;
}

/** Plays and judges the histories of some seeds, one after the other. */
export const runSeeds = async ({ from, seeds }: Stretch): Promise<Tally> => {
  const tally = emptyTally();
  for (let seed = from; seed < from + seeds; seed++) {
    const history = await simulate({ seed });
    count(tally, seed, history, judgeHistory(history));
  }
  return tally;
};
