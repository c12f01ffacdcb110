/** More failures in a row than this lock a key pair (the vendor's FAQ on AK/SK authentication). */
const FAILURES_BORNE = 5;

const LOCK_MS = 5 * 60_000;

/** By what a caller is known: the access key, or the user. */
export type Who = { readonly ak: string } | { readonly user: string; readonly domain: string };

/** How one caller stands. It holds no secret. */
export type Standing = Who & {
  /** Requests that were let in. */
  readonly calls: number;
  /** Tokens issued; 0 for keys. */
  readonly tokens: number;
  /** Signatures that did not verify, and wrong passwords. */
  readonly badSignatures: number;
  readonly badInARow: number;
  readonly locked: boolean;
};

interface Count {
  calls: number;
  tokens: number;
  badSignatures: number;
  badInARow: number;
  lockedUntil: number | undefined;
}

/**
 * Counts what each caller does. The sixth failure in a row locks for five minutes, in which even good signatures are
 * refused; what is refused then neither counts nor prolongs. A success begins the count anew, and so does the lock's end.
 */
export const keepStandings = (now: () => number) => {
  const counts = new Map<string, { readonly who: Who; readonly count: Count }>();

  const countOf = (who: Who): Count => {
    const name = JSON.stringify(who);
    const { count } = counts.get(name) ?? {
      count: { calls: 0, tokens: 0, badSignatures: 0, badInARow: 0, lockedUntil: undefined },
    };
    counts.set(name, { who, count });
    if (count.lockedUntil !== undefined && now() >= count.lockedUntil) {
      count.lockedUntil = undefined;
      count.badInARow = 0;
    }
    return count;
  };

  return {
    isLocked: (who: Who): boolean => countOf(who).lockedUntil !== undefined,
    verified: (who: Who): void => {
      countOf(who).badInARow = 0;
    },
    letIn: (who: Who): void => {
      countOf(who).calls += 1;
    },
    tokenIssued: (who: Who): void => {
      countOf(who).tokens += 1;
    },
    /** A failure of a caller that is known. */
    failed: (who: Who): void => {
      const count = countOf(who);
      count.badSignatures += 1;
      count.badInARow += 1;
      if (count.badInARow > FAILURES_BORNE) count.lockedUntil = now() + LOCK_MS;
    },
    /** Nobody knows the caller, so that there is nothing to lock. */
    unknown: (who: Who): void => {
      countOf(who).badSignatures += 1;
    },
    of: (who: Who): Standing => {
      const { lockedUntil, ...count } = countOf(who);
      return { ...who, ...count, locked: lockedUntil !== undefined };
    },
    seen: (): readonly Who[] => [...counts.values()].map(({ who }) => who),
  };
};

export type Standings = ReturnType<typeof keepStandings>;
