/** More failures in a row than this lock a key pair (the vendor's FAQ on AK/SK authentication). */
const FAILURES_BORNE = 5;

const LOCK_MS = 5 * 60_000;

/** The name of a caller: its access key, or its user and domain. */
export type Who = { readonly ak: string } | { readonly user: string; readonly domain: string };

/** What one caller has done, and whether it is locked. It holds no secret. */
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

const NONE: Readonly<Count> = {
  calls: 0,
  tokens: 0,
  badSignatures: 0,
  badInARow: 0,
  lockedUntil: undefined,
};

/** The count of each caller. When a lock is over, failures are counted anew. */
const keepCounts = (now: () => number) => {
  const counts = new Map<string, { readonly who: Who; readonly count: Count }>();
  return {
    of: (who: Who): Count => {
      const name = JSON.stringify(who);
      const { count } = counts.get(name) ?? { count: { ...NONE } };
      counts.set(name, { who, count });
      if (count.lockedUntil !== undefined && now() >= count.lockedUntil) {
        count.lockedUntil = undefined;
        count.badInARow = 0;
      }
      return count;
    },
    seen: (): readonly Who[] => [...counts.values()].map(({ who }) => who),
  };
};

/**
 * Counts what each caller does. The sixth failure in a row locks it for five minutes. While it is locked, good signatures
 * are refused too; those refusals neither count nor prolong the lock. A success begins the count anew.
 */
export const keepStandings = (now: () => number) => {
  const { of: countOf, seen } = keepCounts(now);
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
    /** A failure of a caller without an account: there is nothing to lock. */
    unknown: (who: Who): void => {
      countOf(who).badSignatures += 1;
    },
    of: (who: Who): Standing => {
      const { lockedUntil, ...count } = countOf(who);
      return { ...who, ...count, locked: lockedUntil !== undefined };
    },
    seen,
  };
};

export type Standings = ReturnType<typeof keepStandings>;
