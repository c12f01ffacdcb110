import { FAULTS, type FaultName } from './climate.ts';
import { judgeHistory, type Violation } from './oracles/index.ts';
import { type History, type Options, simulate } from './simulate.ts';

export interface Failing {
  readonly options: Options;
  readonly history: History;
  readonly violations: readonly Violation[];
}

/** Other runs of a smaller history: what was left out changes every draw after it. */
const VARIANTS = 40;

const rerun = async (options: Options, promise: string): Promise<Failing | undefined> => {
  const history = await simulate(options);
  const violations = judgeHistory(history).filter((violation) => violation.promise === promise);
  return violations.length > 0 ? { options, history, violations } : undefined;
};

const lengthOf = ({ history }: Failing): number => history.steps.length;

/** The shortest of some runs that still break the promise. */
const tryVariants = async (options: Options, promise: string): Promise<Failing | undefined> => {
  let best: Failing | undefined;
  for (let variant = 0; variant < VARIANTS; variant++) {
    const found = await rerun({ ...options, variant }, promise);
    if (found && (best === undefined || lengthOf(found) < lengthOf(best))) best = found;
  }
  return best;
};

/** Leaves out deeds and kinds of faults, one by one, as long as the same promise is still broken. */
export const shrink = async (failing: Failing): Promise<Failing> => {
  const promise = failing.violations[0]?.promise ?? '';
  let best = failing;
  const attempt = async (deeds: ReadonlySet<number>, faults: ReadonlySet<FaultName>) => {
    const found = await tryVariants({ ...best.options, without: { deeds, faults } }, promise);
    if (found !== undefined) best = found;
    return found !== undefined;
  };
  const left = () => best.options.without ?? { deeds: new Set(), faults: new Set() };
  for (let isBetter = true; isBetter; ) {
    isBetter = false;
    const { rates } = best.history.climate;
    for (const fault of FAULTS.filter((name) => rates.has(name)))
      if (await attempt(left().deeds, new Set([...left().faults, fault]))) isBetter = true;
    for (const [deed] of best.history.workload.deeds.entries()) {
      if (left().deeds.has(deed)) continue;
      if (await attempt(new Set([...left().deeds, deed]), left().faults)) isBetter = true;
    }
  }
  return best;
};
