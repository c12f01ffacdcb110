import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AttributeValue,
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DescribeTableCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-dynamodb';
import pLimit from 'p-limit';
import { errorText } from '../json/error-text.ts';
import type { Log } from '../json/log.ts';
import { MisconfiguredError } from '../json/settings.ts';
import type { Entry, Ledger, NewEntry, Written } from './ledger.ts';

/** Keys per BatchGetItem. */
const BATCH = 100;

/** Reads under way at once. */
const CONCURRENCY = 8;

/**
 * BatchGetItem passes over keys when the table is throttled, and when a reply is full (1 MB for each partition). We ask for
 * these again. After so many rounds in a row without any key, the ledger counts as unreachable.
 */
const FRUITLESS_ROUNDS = 4;
const FIRST_PAUSE_MS = 50;

const KEY = 'pk';

type Item = Record<string, AttributeValue>;

const entryOf = ({ [KEY]: key, version, body }: Item): Entry => ({
  key: key?.S ?? '',
  version: version?.S ?? '',
  body: body?.S ?? '',
});

interface TableEdges {
  readonly dynamoDb: DynamoDBClient;
  readonly log: Log;
}

interface Table extends TableEdges {
  readonly TableName: string;
}

const misconfigured = (what: string, cause?: unknown): MisconfiguredError =>
  new MisconfiguredError(`LEDGER_TABLE names a table that ${what}`, cause ? { cause } : {});

/**
 * Rejects with `MisconfiguredError` if the table is missing, or has another key than ours. If DynamoDB does not answer, the
 * table may be right, and be in reach when it is read: then the check says so in the log, and resolves.
 */
export const checkTable = async (
  { dynamoDb, log }: TableEdges,
  tableName: string,
): Promise<void> => {
  const describe = new DescribeTableCommand({ TableName: tableName });
  try {
    const { Table: { KeySchema = [], AttributeDefinitions = [] } = {} } =
      await dynamoDb.send(describe);
    const types = new Map(AttributeDefinitions.map((it) => [it.AttributeName, it.AttributeType]));
    const keys = KeySchema.map(({ AttributeName: name }) => `${name} (${types.get(name)})`);
    if (keys.join() !== `${KEY} (S)`)
      throw misconfigured(`has the key ${keys.join(', ')}: it must be ${KEY} (S) alone`);
  } catch (error) {
    if (error instanceof MisconfiguredError) throw error;
    if (error instanceof ResourceNotFoundException) throw misconfigured('does not exist', error);
    log.warn('ledger not checked', { reason: errorText(error) });
  }
};

/** Checks at once. After a check that failed it checks again for each caller: a table may be mended while a function lives. */
export const keepChecking = (check: () => Promise<void>): (() => Promise<void>) => {
  let checked = check();
  // Without a caller a rejection must not end the process.
  checked.catch(() => undefined);
  return async () => {
    try {
      await checked;
    } catch {
      checked = check();
      await checked;
    }
  };
};

const readBatch = async (
  { dynamoDb, TableName }: Table,
  keys: readonly string[],
): Promise<readonly Entry[]> => {
  let wanted: Item[] = keys.map((key) => ({ [KEY]: { S: key } }));
  const found: Entry[] = [];
  let fruitless = 0;
  while (wanted.length > 0 && fruitless < FRUITLESS_ROUNDS) {
    if (fruitless > 0) await sleep(FIRST_PAUSE_MS * 2 ** fruitless);
    const { Responses, UnprocessedKeys } = await dynamoDb.send(
      new BatchGetItemCommand({
        RequestItems: { [TableName]: { Keys: wanted, ConsistentRead: true } },
      }),
    );
    found.push(...(Responses?.[TableName] ?? []).map(entryOf));
    const left = UnprocessedKeys?.[TableName]?.Keys ?? [];
    fruitless = left.length < wanted.length ? 0 : fruitless + 1;
    wanted = left;
  }
  if (wanted.length > 0) throw new Error(`the table passed over ${wanted.length} keys`);
  return found;
};

const readAll = async (
  table: Table,
  keys: readonly string[],
): Promise<ReadonlyMap<string, Entry> | undefined> => {
  const slots = pLimit(CONCURRENCY);
  const batches = Array.from({ length: Math.ceil(keys.length / BATCH) }, (_, i) =>
    keys.slice(i * BATCH, (i + 1) * BATCH),
  );
  try {
    const entries = await Promise.all(batches.map((batch) => slots(readBatch, table, batch)));
    return new Map(entries.flat().map((entry) => [entry.key, entry]));
  } catch (error) {
    table.log.warn('ledger not read', { keys: keys.length, reason: errorText(error) });
    return undefined;
  }
};

/** The version that a key holds now; undefined if it holds nothing. */
const versionAt = async (
  { dynamoDb, TableName }: Table,
  key: string,
): Promise<string | undefined> => {
  const get = new GetItemCommand({ TableName, Key: { [KEY]: { S: key } }, ConsistentRead: true });
  const { Item: item } = await dynamoDb.send(get);
  return item && entryOf(item).version;
};

/** Puts an entry if its key still holds the version `seen`, or nothing where that is undefined. */
const putOf = (
  { TableName }: Table,
  { key, version, body, expiresAt }: NewEntry,
  seen: string | undefined,
): PutItemCommand =>
  new PutItemCommand({
    TableName,
    Item: {
      [KEY]: { S: key },
      version: { S: version },
      body: { S: body },
      expires_at: { N: String(expiresAt) },
    },
    ...(seen === undefined
      ? { ConditionExpression: `attribute_not_exists(${KEY})` }
      : {
          ConditionExpression: 'version = :seen',
          ExpressionAttributeValues: { ':seen': { S: seen } },
        }),
  });

/** What became of a write that failed. The AWS client repeats a request whose reply was lost: then our own write fails it. */
const outcomeAfter = async (
  table: Table,
  { key, version }: NewEntry,
  error: unknown,
): Promise<Written> => {
  try {
    if ((await versionAt(table, key)) === version) return 'written';
    if (error instanceof ConditionalCheckFailedException) return 'lost';
  } catch (cause) {
    table.log.warn('ledger not read', { keys: 1, reason: errorText(cause) });
  }
  table.log.warn('ledger not written', { reason: errorText(error) });
  return 'unknown';
};

/**
 * The ledger in one DynamoDB table with the partition key `pk`. Reads are strongly consistent. Each write is one conditional
 * put.
 */
export const makeDynamoLedger = (edges: TableEdges, tableName: string): Ledger => {
  const table = { ...edges, TableName: tableName };
  return {
    read: (keys) => readAll(table, keys),
    write: async (entry, seen) => {
      try {
        await edges.dynamoDb.send(putOf(table, entry, seen));
        return 'written';
      } catch (error) {
        return outcomeAfter(table, entry, error);
      }
    },
  };
};
