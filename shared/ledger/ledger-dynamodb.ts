import pLimit from 'p-limit';
import { joinCalls } from '../batching/join-calls.ts';
import type { Ledger, Written } from './ledger.ts';
import { readEntries } from './ledger-dynamodb-read.ts';
import type { TableEdges } from './ledger-dynamodb-table.ts';
import { type Writing, writeBatch } from './ledger-dynamodb-write.ts';

/** Statements per request: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchExecuteStatement.html */
const BATCH = 25;

/** UTF-16 code units of bodies per request. So a request stays far below DynamoDB's 16 MB. */
const MOST_TEXT = 2_000_000;

/** Writes under way at once. */
const CONCURRENCY = 16;

/** Cuts writes into requests. One request names no key twice: DynamoDB refuses it whole. */
const inBatches = (writings: readonly Writing[]): readonly (readonly Writing[])[] => {
  const batches: Writing[][] = [];
  const turns = new Map<string, number>();
  /** By how often its keys came before: the batch that is being filled, and its room. */
  const open = new Map<number, { batch: Writing[]; room: number }>();
  for (const writing of writings) {
    const { key, body } = writing.entry;
    const turn = turns.get(key) ?? 0;
    turns.set(key, turn + 1);
    let filling = open.get(turn);
    if (filling === undefined || filling.batch.length === BATCH || filling.room < body.length) {
      filling = { batch: [], room: MOST_TEXT };
      open.set(turn, filling);
      batches.push(filling.batch);
    }
    filling.batch.push(writing);
    filling.room -= body.length;
  }
  return batches;
};

/**
 * The ledger in one DynamoDB table with the partition key `pk`. All writes of one turn of the
 * event loop go out together, 25 to a request, each under its own condition.
 */
export const makeDynamoLedger = (edges: TableEdges, tableName: string): Ledger => {
  const table = { ...edges, TableName: tableName };
  const slots = pLimit(CONCURRENCY);
  const writeTogether = joinCalls(
    async (writings: readonly Writing[]): Promise<readonly Written[]> => {
      const outcomes = new Map<Writing, Written>();
      await Promise.all(
        inBatches(writings).map(async (batch) => {
          const written = await slots(writeBatch, table, batch);
          for (const [i, writing] of batch.entries())
            outcomes.set(writing, written[i] ?? 'unknown');
        }),
      );
      return writings.map((writing) => outcomes.get(writing) ?? 'unknown');
    },
  );
  return {
    read: (keys, freshness) => readEntries(table, keys, freshness),
    write: async (entry, seen) => {
      const [written = 'unknown'] = await writeTogether([{ entry, seen }]);
      return written;
    },
  };
};
