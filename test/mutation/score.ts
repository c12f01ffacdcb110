/** What became of one mutant, as Stryker's JSON report has it. */
export interface Tried {
  readonly status: string;
  readonly statusReason?: string;
}

export interface Score {
  readonly tried: number;
  readonly killed: number;
  readonly timedOut: number;
  readonly survived: number;
  readonly noTest: number;
  /** Killed ÷ tried, where one that timed out counts as not killed: it may have been slow by load. */
  readonly least: number;
  /** Killed or timed out ÷ tried. */
  readonly most: number;
  /** The 95 % interval of `most`, for what a sample cannot know. */
  readonly interval: readonly [low: number, high: number];
}

/** Two-sided, 95 %. */
const Z = 1.96;

/** Wilson's interval of a share. It is also right for shares close to one, of which a survey of mutants has many. */
export const intervalOf = (hits: number, all: number): readonly [low: number, high: number] => {
  if (all === 0) return [0, 1];
  const share = hits / all;
  const square = Z ** 2 / all;
  const middle = share + square / 2;
  const half = Z * Math.sqrt((share * (1 - share) + square / 4) / all);
  return [(middle - half) / (1 + square), Math.min(1, (middle + half) / (1 + square))];
};

/** The score of those that ran, or that no test reaches. */
export const scoreOf = (mutants: readonly Tried[]): Score => {
  const count = (status: string) => mutants.filter((one) => one.status === status).length;
  const [killed, timedOut] = [count('Killed'), count('Timeout')];
  const [survived, noTest] = [count('Survived'), count('NoCoverage')];
  const tried = killed + timedOut + survived + noTest;
  return {
    tried,
    killed,
    timedOut,
    survived,
    noTest,
    least: killed / tried,
    most: (killed + timedOut) / tried,
    interval: intervalOf(killed + timedOut, tried),
  };
};
