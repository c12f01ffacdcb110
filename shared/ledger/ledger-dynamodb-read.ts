import { setTimeout as sleep } from 'node:timers/promises';
import { BatchGetItemCommand } from '@aws-sdk/client-dynamodb';
import pLimit from 'p-limit';
import { troubleOf } from '../json/trouble.ts';
import type { Entry, Freshness } from './ledger.ts';
import { entryOf, type Item, KEY, type Table } from './ledger-dynamodb-table.ts';

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

const readBatch = async (
  { dynamoDb, TableName }: Table,
  keys: readonly string[],
  freshness: Freshness,
): Promise<readonly Entry[]> => {
  const ConsistentRead = freshness === 'now';
  let wanted: Item[] = keys.map((key) => ({ [KEY]: { S: key } }));
  const found: Entry[] = [];
  let fruitless = 0;
  while (wanted.length > 0 && fruitless < FRUITLESS_ROUNDS) {
    if (fruitless > 0) await sleep(FIRST_PAUSE_MS * 2 ** fruitless);
    const { Responses, UnprocessedKeys } = await dynamoDb.send(
      new BatchGetItemCommand({
        RequestItems: { [TableName]: { Keys: wanted, ConsistentRead } },
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

/**
 * What the keys hold, by strongly consistent reads, or eventually consistent ones where the answer may be late. One request
 * reads in one way: DynamoDB sets it for the whole table. Undefined if the table does not answer for each key.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
 */
export const readEntries = async (
  table: Table,
  keys: readonly string[],
  freshness: Freshness = 'now',
): Promise<ReadonlyMap<string, Entry> | undefined> => {
  const slots = pLimit(CONCURRENCY);
  const batches = Array.from({ length: Math.ceil(keys.length / BATCH) }, (_, i) =>
    keys.slice(i * BATCH, (i + 1) * BATCH),
  );
  try {
    const entries = await Promise.all(
      batches.map((batch) => slots(readBatch, table, batch, freshness)),
    );
    return new Map(entries.flat().map((entry) => [entry.key, entry]));
  } catch (error) {
    table.log.warn('ledger not read', { keys: keys.length, ...troubleOf(error) });
    return undefined;
  }
};
