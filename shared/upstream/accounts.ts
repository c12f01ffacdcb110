import { errorName } from '../json/error-name.ts';
import type { Log } from '../json/log.ts';
import type { Measure } from '../json/metric.ts';
import { MisconfiguredError } from '../json/settings.ts';
import { type Account, type Accounts, accountOf, readCredentials } from './credentials.ts';

export interface AccountsEdges {
  /** The secret's text. Rejects with `MisconfiguredError` if it can never be read, with another error if not now. */
  readonly fetch: () => Promise<string>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
  /** Counts each read that brings no valid version. */
  readonly measure?: Measure | undefined;
}

export interface AccountsOptions {
  /** How long the secret is used before it is read again. */
  readonly ttlMs: number;
  /** The next read starts so long after the last one started. A refused credential does not wait for that. */
  readonly leastRefreshMs: number;
  /** Users must name their IAM endpoint, because there is no default. */
  readonly needsIam?: boolean;
}

export interface KeptAccounts {
  /** The account that serves a project. Rejects with `MisconfiguredError` if no secret could ever be read. */
  readonly of: (project: string) => Promise<Account | undefined | 'out of reach'>;
  /** How many reads have begun so far. */
  readonly reads: () => number;
  /**
   * To be called after a credential was refused. `readsThen`: how many reads had begun when that request was sent. Reads
   * again if none has begun since then, or if the last one is long ago. Without `readsThen` only in the second case. Never
   * rejects.
   */
  readonly refresh: (readsThen?: number) => Promise<void>;
  /** Reads the secret if that is due. Rejects with `MisconfiguredError`, which names every fault of it. */
  readonly check: () => Promise<void>;
}

interface Copy {
  readonly text: string;
  readonly accounts: Accounts;
  /** When the last read began that brought this text. */
  readonly at: number;
}

/** What is known of the secret. */
interface SecretState extends AccountsEdges, AccountsOptions {
  copy?: Copy;
  /** Why the last read brought nothing, if the secret itself is at fault. */
  fault?: MisconfiguredError | undefined;
  /** The read that is under way. */
  reading?: Promise<void> | undefined;
  startedAt: number;
  reads: number;
}

/** Also true after the clock was set back: that must not stop the reading. */
const isPast = ({ now }: SecretState, since: number, ms: number): boolean =>
  now() < since || now() - since >= ms;

const parse = (text: string, needsIam: boolean): Accounts => {
  const read = readCredentials(text, { needsIam });
  if (read.ok) return read.accounts;
  throw new MisconfiguredError(
    `Settings: the secret with the upstream's credentials: ${read.problems.join('; ')}`,
  );
};

const readOnce = async (it: SecretState): Promise<void> => {
  const at = it.now();
  it.startedAt = at;
  it.reads++;
  const { copy, needsIam = false } = it;
  try {
    const text = await it.fetch();
    // The same text gives the same objects, so that others can compare accounts by identity.
    const accounts = text === copy?.text ? copy.accounts : parse(text, needsIam);
    it.copy = { text, accounts, at };
    it.fault = undefined;
  } catch (error) {
    it.fault = error instanceof MisconfiguredError ? error : undefined;
    it.measure?.('SecretFailures', 1);
    it.log.warn('credentials not read', {
      reason: errorName(error),
      older_kept: copy !== undefined,
    });
  }
};

const read = (it: SecretState): Promise<void> => {
  it.reading ??= readOnce(it).finally(() => {
    it.reading = undefined;
  });
  return it.reading;
};

const readIfDue = async (it: SecretState): Promise<void> => {
  if (it.reading !== undefined || isPast(it, it.startedAt, it.leastRefreshMs)) await read(it);
};

const readIfOld = async (it: SecretState): Promise<void> => {
  if (it.copy === undefined || isPast(it, it.copy.at, it.ttlMs)) await readIfDue(it);
  if (it.copy === undefined && it.fault !== undefined) throw it.fault;
};

const find = async (
  it: SecretState,
  project: string,
): Promise<Account | undefined | 'out of reach'> => {
  await readIfOld(it);
  if (it.copy !== undefined && accountOf(it.copy.accounts, project) === undefined)
    await readIfDue(it);
  const { copy } = it;
  if (copy === undefined) return 'out of reach';
  // The last read may have failed. An older copy does not tell that a project has no account.
  const isCurrent = copy.at === it.startedAt;
  return accountOf(copy.accounts, project) ?? (isCurrent ? undefined : 'out of reach');
};

const refresh = async (it: SecretState, readsThen: number): Promise<void> => {
  // A read that is under way may have begun before the refused request.
  if (it.reads <= readsThen) await it.reading;
  if (it.reads <= readsThen) await read(it);
  else await readIfDue(it);
};

/**
 * The credentials of all projects, read when they are needed, and kept. Laws: one read at a time, however many callers wait
 * for it. A secret that was read stays in use when a later one is unreachable or faulty. Nothing of it is logged.
 */
export const makeAccounts = (edges: AccountsEdges, options: AccountsOptions): KeptAccounts => {
  const it: SecretState = { ...edges, ...options, startedAt: Number.NEGATIVE_INFINITY, reads: 0 };
  return {
    of: (project) => find(it, project),
    reads: () => it.reads,
    refresh: (readsThen = -1) => refresh(it, readsThen),
    check: () => readIfOld(it),
  };
};
