import { type Accounts, type Key, nameOfUser, parseAccounts, type User } from './accounts.ts';
import { keepStandings, type Standing, type Who } from './standing.ts';

/** One caller as a tester sees it. */
export type AccountReport = Standing & {
  /** False for those that were never, or are no longer, among the accounts. */
  readonly known: boolean;
};

/** The accounts of the moment, and how each caller stands, those of former accounts too. */
export const keepDirectory = (start: Accounts | undefined, now: () => number) => {
  const standings = keepStandings(now);
  let open = start === undefined;
  let keys = new Map<string, Key>();
  let users = new Map<string, User>();

  const setAccounts = (accounts: Accounts): void => {
    const parsed = parseAccounts(accounts);
    open = false;
    keys = new Map(parsed.keys.map((key) => [key.ak, key]));
    users = new Map(parsed.users.map((user) => [nameOfUser(user), user]));
  };
  if (start !== undefined) setAccounts(start);

  const everybody = (): readonly Who[] => {
    const all: readonly Who[] = [
      ...[...keys.keys()].map((ak) => ({ ak })),
      ...[...users.values()].map(({ user, domain }) => ({ user, domain })),
      ...standings.seen(),
    ];
    return [...new Map(all.map((who) => [JSON.stringify(who), who])).values()];
  };
  const isKnown = (who: Who): boolean =>
    'ak' in who ? keys.has(who.ak) : users.has(nameOfUser(who));

  return {
    standings,
    /** Whether every request is let in, with no credentials: there are no accounts. */
    isOpen: (): boolean => open,
    keyOf: (ak: string): Key | undefined => keys.get(ak),
    userOf: (name: Pick<User, 'user' | 'domain'>): User | undefined => users.get(nameOfUser(name)),
    /** Replaces them all, from the next request on. Throws on faults, and then changes nothing. */
    setAccounts,
    report: (): readonly AccountReport[] =>
      everybody().map((who) => ({ ...standings.of(who), known: isKnown(who) })),
  };
};

export type Directory = ReturnType<typeof keepDirectory>;
