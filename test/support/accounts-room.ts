import { makeAccounts } from '../../shared/upstream/accounts.ts';
import { keptLog } from './logs.ts';

export const secret = (sk: string, project = 'p') =>
  JSON.stringify({ projects: { [project]: { ak: 'AKIDEXAMPLE', sk } } });

export const TTL_MS = 60_000;
export const LEAST_MS = 5_000;

/** A source that says what the test tells it to, and a clock that stands still. */
export const startAccounts = (first: string | Error) => {
  const clock = { now: 1_000_000 };
  const source = { says: first, reads: 0, gate: Promise.resolve() };
  const { log, lines } = keptLog();
  const counted: unknown[] = [];
  const accounts = makeAccounts(
    {
      fetch: async () => {
        source.reads++;
        const { says } = source;
        await source.gate;
        if (says instanceof Error) throw says;
        return says;
      },
      now: () => clock.now,
      log,
      measure: (...count) => counted.push(count),
    },
    { ttlMs: TTL_MS, leastRefreshMs: LEAST_MS },
  );
  const skOf = async (project = 'p') => {
    const account = await accounts.of(project);
    if (account === undefined || account === 'out of reach') return account;
    return account.credential.kind === 'key' ? account.credential.secret : 'a user';
  };
  return { accounts, clock, source, lines, counted, skOf };
};

export const DOWN = Object.assign(new Error('sk-in-a-quoted-text'), { code: 'ETIMEDOUT' });
