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
import type { Entry, Ledger } from './ledger.ts';

/** Keys per BatchGetItem. */
const BATCH = 100;

/** Reads under way at once. */
const CONCURRENCY = 8;

/**
 * How often a throttled table may pass over all keys that it is asked for, before the ledger counts as out of reach. It
 * also passes over what does not fit one reply (1 MB for each partition): as long as some come, the rest is asked for again.
 */
const FRUITLESS_ROUNDS = 4;
const FIRST_PAUSE_MS = 50;

type Item = Record<string, AttributeValue>;

const entryOf = ({ pk, version, body }: Item): Entry => ({
  key: pk?.S ?? '',
  version: version?.S ?? '',
  body: body?.S ?? '',
});

const KEY = 'pk';

interface TableEdges {
  readonly dynamoDb: DynamoDBClient;
  readonly log: Log;
}

const misconfigured = (what: string, cause?: unknown): MisconfiguredError =>
  new MisconfiguredError(`LEDGER_TABLE names a table that ${what}`, cause ? { cause } : {});

/**
 * Rejects with `MisconfiguredError` if the table is missing or has another key than the one used here. A table that
 * cannot be asked about is none of that, and may be in reach when it is read.
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

/** Checks at once, and again whenever it is asked after a check that failed: tables are mended while functions live. */
export const keepChecking = (check: () => Promise<void>): (() => Promise<void>) => {
  let checked = check();
  // Whoever asks hears of it.
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

/** The ledger in one DynamoDB table with the partition key `pk`. Reads are strongly consistent, each write is one conditional put. */
export const makeDynamoLedger = ({ dynamoDb, log }: TableEdges, tableName: string): Ledger => {
  const readBatch = async (keys: readonly string[]): Promise<readonly Entry[]> => {
    let wanted: Item[] = keys.map((key) => ({ [KEY]: { S: key } }));
    const found: Entry[] = [];
    let fruitless = 0;
    while (wanted.length > 0 && fruitless < FRUITLESS_ROUNDS) {
      if (fruitless > 0) await sleep(FIRST_PAUSE_MS * 2 ** fruitless);
      const { Responses, UnprocessedKeys } = await dynamoDb.send(
        new BatchGetItemCommand({
          RequestItems: { [tableName]: { Keys: wanted, ConsistentRead: true } },
        }),
      );
      found.push(...(Responses?.[tableName] ?? []).map(entryOf));
      const left = UnprocessedKeys?.[tableName]?.Keys ?? [];
      fruitless = left.length < wanted.length ? 0 : fruitless + 1;
      wanted = left;
    }
    if (wanted.length > 0) throw new Error(`the table passed over ${wanted.length} keys`);
    return found;
  };

  const holds = async (key: string): Promise<string | undefined> => {
    const { Item: item } = await dynamoDb.send(
      new GetItemCommand({
        TableName: tableName,
        Key: { [KEY]: { S: key } },
        ConsistentRead: true,
      }),
    );
    return item && entryOf(item).version;
  };

  return {
    read: async (keys) => {
      const slots = pLimit(CONCURRENCY);
      const batches = Array.from({ length: Math.ceil(keys.length / BATCH) }, (_, i) =>
        keys.slice(i * BATCH, (i + 1) * BATCH),
      );
      try {
        const entries = await Promise.all(batches.map((batch) => slots(readBatch, batch)));
        return new Map(entries.flat().map((entry) => [entry.key, entry]));
      } catch (error) {
        log.warn('ledger not read', { keys: keys.length, reason: errorText(error) });
        return undefined;
      }
    },
    write: async ({ key, version, body, expiresAt }, seen) => {
      const put = new PutItemCommand({
        TableName: tableName,
        Item: {
          [KEY]: { S: key },
          version: { S: version },
          body: { S: body },
          expires_at: { N: String(expiresAt) },
        },
        ...(seen === undefined
          ? { ConditionExpression: 'attribute_not_exists(pk)' }
          : {
              ConditionExpression: 'version = :seen',
              ExpressionAttributeValues: { ':seen': { S: seen } },
            }),
      });
      try {
        await dynamoDb.send(put);
        return 'written';
      } catch (error) {
        try {
          // The client repeats a request whose reply was lost: the second time, the condition fails on our own write.
          const refused = error instanceof ConditionalCheckFailedException;
          if ((await holds(key)) === version) return 'written';
          if (refused) return 'lost';
        } catch (cause) {
          log.warn('ledger not read', { keys: 1, reason: errorText(cause) });
        }
        log.warn('ledger not written', { reason: errorText(error) });
        return 'unknown';
      }
    },
  };
};
