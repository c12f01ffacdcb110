/** Requests that began since a moment, and what came of them so far. */
export interface Trial {
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly begun: number;
  readonly served: number;
  readonly refused: number;
}

/** So many requests are looked back at. */
const LOOKED_AT = 40;

/** A single refusal, or two by chance, prove nothing. */
const CHANCE = 1;

/** So few of the replies at the lower rate prove that some are refused at any rate. */
const LEAST_REFUSED = 2;

export const trialFrom = (since: number): Trial => ({ since, begun: 0, served: 0, refused: 0 });

/** After one more request has begun. Counts are halved now and then, so that old requests are forgotten. */
export const withBegun = ({ since, begun, served, refused }: Trial): Trial =>
  begun + 1 < LOOKED_AT
    ? { since, begun: begun + 1, served, refused }
    : { since, begun: (begun + 1) / 2, served: served / 2, refused: refused / 2 };

/** After one more was served, or refused. */
export const withReply = (trial: Trial, isServed: boolean): Trial =>
  isServed ? { ...trial, served: trial.served + 1 } : { ...trial, refused: trial.refused + 1 };

/** Both together, since the earlier one began. */
export const together = (earlier: Trial, later: Trial): Trial => ({
  since: earlier.since,
  begun: earlier.begun + later.begun,
  served: earlier.served + later.served,
  refused: earlier.refused + later.refused,
});

/** The share of replies that were refusals. */
export const shareOf = ({ served, refused }: Trial): number =>
  refused / Math.max(1, served + refused);

/**
 * Whether more were refused than a share of them and chance explain. Requests without a reply count as not refused,
 * because refusals come sooner than other replies. `deviations`: how many standard deviations are chance.
 */
export const isExcessive = (
  { begun, refused }: Trial,
  share: number,
  deviations: number,
): boolean =>
  refused > begun * share + deviations * Math.sqrt(begun * share * (1 - share)) + CHANCE;

/**
 * Whether as large a share was refused after we went slower. At half the rate or less, a limit refuses nothing of what it
 * had refused up to half of, and less of what it had refused more of. The bound lies in the middle.
 */
export const isNoHelp = (faster: Trial, slower: Trial): boolean => {
  const share = shareOf(faster);
  const byLimit = Math.max(0, 2 * share - 1);
  return slower.refused >= LEAST_REFUSED && shareOf(slower) >= (share + byLimit) / 2;
};
