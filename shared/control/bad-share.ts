/** What is known of the share of bad jobs. Each request that is refused or served whole tells more of it. */
export interface BadShare {
  /** How probable each of {@link SHARES} is. The sum is 1. */
  readonly weights: readonly number[];
}

/** Shares of bad jobs that are told apart. */
const SHARES = [0.0005, 0.002, 0.006, 0.015, 0.03, 0.05, 0.08, 0.13, 0.2, 0.3, 0.45, 0.7] as const;

const normal = (weights: readonly number[]): readonly number[] => {
  const sum = weights.reduce((a, b) => a + b);
  return weights.map((weight) => weight / sum);
};

/** Before anything was refused, few bad jobs are more probable than many. */
export const NOT_KNOWN: BadShare = { weights: normal(SHARES.map((share) => share ** -0.8)) };

/** No weight becomes less: what happens to be so at first may not stay so. */
const LEAST = 1e-4;

/** Some jobs that were asked for in one request, and among how many one at least was known to be bad. */
export interface Asked {
  readonly size: number;
  /** Undefined: it was not known of any. */
  readonly among: number | undefined;
}

/** The probability that all of them are good. */
const allGood = (share: number, { size, among }: Asked): number => {
  const good = 1 - share;
  if (among === undefined) return good ** size;
  const none = good ** among;
  return (good ** size - none) / (1 - none);
};

/** What a request tells in addition (Bayes' rule). */
export const learn = ({ weights }: BadShare, asked: Asked, isServed: boolean): BadShare => ({
  weights: normal(
    weights.map((weight, i) => {
      const good = allGood(SHARES[i] ?? 0, asked);
      return Math.max(LEAST, weight * (isServed ? good : 1 - good));
    }),
  ),
});

/** How probable it is that a request is served whole. */
export const chanceOfAll = ({ weights }: BadShare, asked: Asked): number =>
  weights.reduce((sum, weight, i) => sum + weight * allGood(SHARES[i] ?? 0, asked), 0);

/** A request tells most if it is served about as often as not; a small one costs less than a large one. */
const WORTHWHILE = 0.5;

/** Of jobs that are known to hold a bad one, even half are served together less often. */
const WORTHWHILE_AMONG = 0.42;

/** The largest number of jobs, at most `most`, that are served together often enough. At least one. */
export const worthwhileSize = (
  share: BadShare,
  among: number | undefined,
  most: number,
): number => {
  const least = among === undefined ? WORTHWHILE : WORTHWHILE_AMONG;
  let size = 1;
  let tooMany = most + 1;
  while (tooMany - size > 1) {
    const middle = Math.floor((size + tooMany) / 2);
    if (chanceOfAll(share, { size: middle, among }) >= least) size = middle;
    else tooMany = middle;
  }
  return size;
};

/** The share of bad jobs among all jobs of a kind, as far as an invocation has learned it. */
export interface LearnedShare {
  readonly now: () => BadShare;
  /** Whether any request was refused. */
  readonly isAnyRefused: () => boolean;
  readonly note: (asked: Asked, isServed: boolean) => void;
}

export const makeLearnedShare = (): LearnedShare => {
  let share = NOT_KNOWN;
  let isAnyRefused = false;
  return {
    now: () => share,
    isAnyRefused: () => isAnyRefused,
    note: (asked, isServed) => {
      share = learn(share, asked, isServed);
      isAnyRefused ||= !isServed;
    },
  };
};
