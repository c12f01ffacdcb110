import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import type { Log } from '../json/log.ts';
import { troubleOf } from '../json/trouble.ts';
import type { Entry, Ledger, Written } from '../ledger/ledger.ts';

export interface OpenLedgerOptions {
  /** A table of DynamoDB, or a file of SQLite. */
  readonly table?: string | undefined;
  readonly file?: string | undefined;
  readonly dynamoDb: DynamoDBClientConfig;
  readonly now: () => number;
  readonly log: Log;
}

/** Opens the ledger. Its client is imported only here: a bundle has it in a file of its own. */
export const openLedger = async (options: OpenLedgerOptions): Promise<Ledger> => {
  const { table, file = '', now, log } = options;
  if (table === undefined) {
    const { openSqliteLedger } = await import('../ledger/ledger-sqlite.ts');
    return openSqliteLedger(file, { now, log });
  }
  const [{ DynamoDBClient }, { makeDynamoLedger }] = await Promise.all([
    import('@aws-sdk/client-dynamodb'),
    import('../ledger/ledger-dynamodb.ts'),
  ]);
  return makeDynamoLedger({ dynamoDb: new DynamoDBClient(options.dynamoDb), log }, table);
};

/**
 * A ledger that is opened at its first use: a cold start does not wait for its client. If it cannot be opened, it is out of
 * reach, and the next use tries again.
 */
export const makeLazyLedger = (open: () => Promise<Ledger>, log: Log): Ledger => {
  let opened: Promise<Ledger> | undefined;
  const use = async (): Promise<Ledger | undefined> => {
    const opening = opened ?? open();
    opened = opening;
    try {
      return await opening;
    } catch (error) {
      if (opened === opening) opened = undefined;
      log.warn('ledger not opened', { ...troubleOf(error) });
      return undefined;
    }
  };
  return {
    read: async (keys, freshness): Promise<ReadonlyMap<string, Entry> | undefined> =>
      (await use())?.read(keys, freshness),
    write: async (entry, seen): Promise<Written> => (await use())?.write(entry, seen) ?? 'unknown',
  };
};
