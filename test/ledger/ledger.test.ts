import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { makeDynamoLedger } from '../../shared/ledger/ledger-dynamodb.ts';
import { openSqliteLedger } from '../../shared/ledger/ledger-sqlite.ts';
import { LEDGER_CASES } from '../conformance/ledger-cases.ts';
import { AWS } from '../support/aws.ts';
import { createTable, startDynamoDb } from '../support/dynamodb.ts';
import { keptLog } from '../support/logs.ts';

interface Store {
  /** Two adapters on the same store. */
  readonly ledgers: readonly [Ledger, Ledger];
  readonly stop: () => void | Promise<void>;
}

const { log } = keptLog();
const options = { log, now: Date.now };

const inFile = async (): Promise<Store> => {
  const folder = mkdtempSync(join(tmpdir(), 'ledger-'));
  const file = join(folder, 'ledger.sqlite');
  const [first, second] = [openSqliteLedger(file, options), openSqliteLedger(file, options)];
  return {
    ledgers: [first, second],
    stop: () => {
      first.close();
      second.close();
      rmSync(folder, { recursive: true });
    },
  };
};

/** A store in memory is one connection's own. */
const inMemory = async (): Promise<Store> => {
  const ledger = openSqliteLedger(':memory:', options);
  return { ledgers: [ledger, ledger], stop: ledger.close };
};

const onDynamoDb = async (): Promise<Store> => {
  const { url, dynamoDb, stop } = await startDynamoDb();
  await createTable(dynamoDb, 'ledger');
  const second = new DynamoDBClient({ ...AWS, endpoint: url });
  return {
    ledgers: [
      makeDynamoLedger({ dynamoDb, log }, 'ledger'),
      makeDynamoLedger({ dynamoDb: second, log }, 'ledger'),
    ],
    stop: () => {
      second.destroy();
      return stop();
    },
  };
};

describe.each([
  ['SQLite in a file', inFile],
  ['SQLite in memory', inMemory],
  ['DynamoDB', onDynamoDb],
])('the ledger keeps its contract on %s', (_, open) => {
  let store: Store;

  beforeAll(async () => {
    store = await open();
  });

  afterAll(() => store.stop());

  it.each(LEDGER_CASES)('$title', async ({ title, run }) => {
    const [ledger, other] = store.ledgers;
    await run({ ledger, other, keyOf: (name) => `${title}/${name}` });
  });
});
