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
import type { Entry, Ledger } from '../core/ledger.ts';
import type { Log } from '../core/log.ts';
import { reasonOf } from '../core/reason.ts';
import { MisconfiguredError } from '../core/settings.ts';

/** Keys per BatchGetItem. */
const BATCH = 100;

/** Reads under way at once. */
const CONCURRENCY = 8;

/** How often keys that a throttled table passed over are asked for again, before the ledger counts as out of reach. */
const ROUNDS = 4;

type Item = Record<string, AttributeValue>;

const entryOf = ({ pk, version, body }: Item): Entry => ({
  key: pk?.S ?? '',
  version: version?.S ?? '',
  body: body?.S ?? '',
});

const KEY = 'pk';

/** Resolves if the table is there and has the one key that is used here; rejects with `MisconfiguredError` if not. */
export const checkTable = async (dynamoDb: DynamoDBClient, tableName: string): Promise<void> => {
  try {
    const { Table } = await dynamoDb.send(new DescribeTableCommand({ TableName: tableName }));
    const keys = (Table?.KeySchema ?? []).map(({ AttributeName }) => AttributeName);
    if (keys.length === 1 && keys[0] === KEY) return;
    throw new MisconfiguredError(
      `LEDGER_TABLE names a table with the key ${keys.join(', ')}: it must be ${KEY} alone, a string`,
    );
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
    throw new MisconfiguredError('LEDGER_TABLE names a table that does not exist', {
      cause: error,
    });
  }
};

/** The ledger in one DynamoDB table with the partition key `pk`. Reads are strongly consistent, each write is one conditional put. */
export const makeDynamoLedger = (
  { dynamoDb, log }: { dynamoDb: DynamoDBClient; log: Log },
  tableName: string,
): Ledger => {
  const readBatch = async (keys: readonly string[]): Promise<readonly Entry[]> => {
    let wanted: Item[] = keys.map((key) => ({ [KEY]: { S: key } }));
    const found: Entry[] = [];
    for (let round = 0; round < ROUNDS && wanted.length > 0; round++) {
      const { Responses, UnprocessedKeys } = await dynamoDb.send(
        new BatchGetItemCommand({
          RequestItems: { [tableName]: { Keys: wanted, ConsistentRead: true } },
        }),
      );
      found.push(...(Responses?.[tableName] ?? []).map(entryOf));
      wanted = UnprocessedKeys?.[tableName]?.Keys ?? [];
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
        log.warn('ledger not read', { keys: keys.length, reason: reasonOf(error) });
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
          log.warn('ledger not read', { keys: 1, reason: reasonOf(cause) });
        }
        log.warn('ledger not written', { reason: reasonOf(error) });
        return 'unknown';
      }
    },
  };
};
