import type { Log } from '../json/log.ts';
import { MisconfiguredError } from '../json/settings.ts';
import { type Account, type Accounts, accountOf, readCredentials } from './credentials.ts';

export interface AccountsEdges {
  /** The secret's text. Rejects with `MisconfiguredError` where it can never be had, with another error if not now. */
  readonly fetch: () => Promise<string>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
}

export interface AccountsOptions {
  /** How long the secret is used before it is read again. */
  readonly ttlMs: number;
  /** How long after the start of a read the next one starts at the earliest, unless a refusal came in between. */
  readonly leastRefreshMs: number;
  /** Whether users must name their IAM endpoint, since there is no default one. */
  readonly needsIam?: boolean;
}

export interface KeptAccounts {
  /** The account that serves a project. Rejects with `MisconfiguredError` while no secret could ever be read. */
  readonly of: (project: string) => Promise<Account | undefined | 'out of reach'>;
  /** How many reads have begun so far. */
  readonly reads: () => number;
  /**
   * To be called when a credential is refused, with how many reads had begun when the refused request was sent: reads
   * again if none has begun since, or if the last one was long ago. Without it, in the latter case alone. Never rejects.
   */
  readonly refresh: (readsThen?: number) => Promise<void>;
  /** Reads the secret if that was not done. Rejects with `MisconfiguredError`, which names every fault of it. */
  readonly check: () => Promise<void>;
}

interface Copy {
  readonly text: string;
  readonly accounts: Accounts;
  /** When the read began that last brought it. */
  readonly at: number;
}

const NEVER = Number.NEGATIVE_INFINITY;

/** Names and codes of errors as programs give them; another one could be part of what could not be read. */
const NAME = /^[A-Z][A-Za-z]{0,50}(Error|Exception|Failure)$|^Error$/;
const CODE = /^E[A-Z]{2,14}$|^ERR(_[A-Z]{1,20}){1,5}$/;

/** What may be said of an error from outside: its text can quote what could not be read. */
const nameOf = (error: unknown): string => {
  if (error instanceof MisconfiguredError) return error.message;
  if (!(error instanceof Error)) return 'no reason given';
  const name = NAME.test(error.name) ? error.name : 'an error';
  return 'code' in error && CODE.test(String(error.code)) ? `${name} (${error.code})` : name;
};

/**
 * The credentials of all projects, read when they are needed and kept. Laws: one read at a time, however many wait for
 * it; once a secret was read, one that is out of reach or faulty never takes it away; nothing of it is logged.
 */
export const makeAccounts = (
  { fetch, now, log }: AccountsEdges,
  { ttlMs, leastRefreshMs, needsIam = false }: AccountsOptions,
): KeptAccounts => {
  const state: { copy?: Copy; fault?: MisconfiguredError | undefined; reading?: Promise<void> } =
    {};
  let startedAt = NEVER;
  let reads = 0;

  // A clock that was set back must not stop the reading.
  const isPast = (since: number, ms: number): boolean => now() < since || now() - since >= ms;

  const parse = (text: string): Accounts => {
    const read = readCredentials(text, { needsIam });
    if (read.ok) return read.accounts;
    throw new MisconfiguredError(
      `Settings: the secret with the upstream's credentials: ${read.problems.join('; ')}`,
    );
  };
  const readOnce = async (): Promise<void> => {
    const at = now();
    startedAt = at;
    reads++;
    const { copy } = state;
    try {
      const text = await fetch();
      // The same text is the same accounts: who has seen one of them knows it again.
      const accounts = text === copy?.text ? copy.accounts : parse(text);
      state.copy = { text, accounts, at };
      state.fault = undefined;
    } catch (error) {
      state.fault = error instanceof MisconfiguredError ? error : undefined;
      log.warn('credentials not read', { reason: nameOf(error), older_kept: copy !== undefined });
    }
  };
  const read = (): Promise<void> => {
    state.reading ??= readOnce().finally(() => delete state.reading);
    return state.reading;
  };
  const readIfDue = async (): Promise<void> => {
    if (state.reading !== undefined || isPast(startedAt, leastRefreshMs)) await read();
  };
  const isCurrent = ({ at }: Copy): boolean => at === startedAt;
  const readIfOld = async (): Promise<void> => {
    if (state.copy === undefined || isPast(state.copy.at, ttlMs)) await readIfDue();
    if (state.copy === undefined && state.fault !== undefined) throw state.fault;
  };

  return {
    of: async (project) => {
      await readIfOld();
      if (state.copy !== undefined && accountOf(state.copy.accounts, project) === undefined)
        await readIfDue();
      if (state.copy === undefined) return 'out of reach';
      // An older copy does not tell that a project has none: it may be in what could not be read.
      return (
        accountOf(state.copy.accounts, project) ??
        (isCurrent(state.copy) ? undefined : 'out of reach')
      );
    },
    reads: () => reads,
    refresh: async (readsThen = -1) => {
      // One that is under way may have begun too early.
      if (reads <= readsThen) await state.reading;
      if (reads <= readsThen) await read();
      else await readIfDue();
    },
    check: readIfOld,
  };
};
