import { setTimeout as sleep } from 'node:timers/promises';
import {
  BatchExecuteStatementCommand,
  type BatchStatementError,
  type BatchStatementRequest,
} from '@aws-sdk/client-dynamodb';
import { troubleOf } from '../json/trouble.ts';
import type { NewEntry, Written } from './ledger.ts';
import { readEntries } from './ledger-dynamodb-read.ts';
import { entryOf, KEY, type Table } from './ledger-dynamodb-table.ts';

/** An entry to be written if its key still holds the version `seen`, or nothing if that is undefined. */
export interface Writing {
  readonly entry: NewEntry;
  readonly seen: string | undefined;
}

/**
 * One statement per entry. An INSERT fails with `DuplicateItem` if the key holds something. An UPDATE fails with
 * `ConditionalCheckFailed` if the key does not hold the version that was seen. Seen on DynamoDB Local 2.5.4 and 2.6.1;
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html
 */
const statementFor = (
  { TableName }: Table,
  { entry: { key, version, body, expiresAt }, seen }: Writing,
): BatchStatementRequest => {
  const values = [{ S: version }, { S: body }, { N: String(expiresAt) }];
  return seen === undefined
    ? {
        Statement: `INSERT INTO "${TableName}" VALUE {'${KEY}': ?, 'version': ?, 'body': ?, 'expires_at': ?}`,
        Parameters: [{ S: key }, ...values],
      }
    : {
        Statement: `UPDATE "${TableName}" SET "version"=? SET "body"=? SET "expires_at"=? WHERE "${KEY}"=? AND "version"=?`,
        Parameters: [...values, { S: key }, { S: seen }],
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      };
};

/** The statement was not carried out, and may be when it is sent again. */
const PASSING: ReadonlySet<string> = new Set([
  'InternalServerError',
  'ProvisionedThroughputExceeded',
  'RequestLimitExceeded',
  'ThrottlingError',
  'TransactionConflict',
]);

/** What one request says of one entry. `refused`: the key may hold our own write, if the client sent the request twice. */
type Said = Written | 'refused' | 'passing';

const saidBy = (failure: BatchStatementError | undefined, { entry }: Writing): Said => {
  const { Code, Item } = failure ?? {};
  if (Code === undefined) return 'written';
  if (Code === 'DuplicateItem') return 'refused';
  if (Code === 'ConditionalCheckFailed') {
    if (Item === undefined) return 'refused';
    return entryOf(Item).version === entry.version ? 'written' : 'lost';
  }
  return PASSING.has(Code) ? 'passing' : 'unknown';
};

/** The error of one statement, named as an error of a whole request would be. */
const errorOf = ({ Code, Message }: BatchStatementError): Error =>
  Object.assign(new Error(Message), { name: Code ?? 'NoCode' });

/** Sends one request. Says of each entry, in order, what became of it, and the first trouble with one that was not written. */
const send = async (
  table: Table,
  writings: readonly Writing[],
): Promise<{ readonly said: readonly Said[]; readonly trouble?: unknown }> => {
  const Statements = writings.map((writing) => statementFor(table, writing));
  try {
    const { Responses = [] } = await table.dynamoDb.send(
      new BatchExecuteStatementCommand({ Statements }),
    );
    const failures = writings.map((_, i) => Responses[i]?.Error);
    const said = writings.map((writing, i) =>
      Responses[i] === undefined ? 'unknown' : saidBy(failures[i], writing),
    );
    const failed = failures.find((_, i) => said[i] === 'passing' || said[i] === 'unknown');
    return { said, trouble: failed && errorOf(failed) };
  } catch (error) {
    return { said: writings.map(() => 'unknown'), trouble: error };
  }
};

/** After so many requests, a statement that a throttled table has not carried out is unknown. */
const ROUNDS = 5;
const FIRST_PAUSE_MS = 25;

/** The next request repeats the statements that were not carried out. */
const sendUntilSaid = async (table: Table, writings: readonly Writing[]) => {
  const outcomes = new Map<Writing, Said>();
  let open = writings;
  let why: unknown;
  for (let round = 0; round < ROUNDS && open.length > 0; round++) {
    if (round > 0) await sleep(FIRST_PAUSE_MS * 2 ** round);
    const { said, trouble } = await send(table, open);
    why = trouble;
    for (const [i, writing] of open.entries()) outcomes.set(writing, said[i] ?? 'unknown');
    open = open.filter((writing) => outcomes.get(writing) === 'passing');
  }
  return { outcomes, why };
};

/**
 * Writes a batch of entries with distinct keys. Law: a write that took effect and whose reply was lost is recognised by
 * its version, and is `written`.
 */
export const writeBatch = async (
  table: Table,
  writings: readonly Writing[],
): Promise<readonly Written[]> => {
  const { outcomes, why } = await sendUntilSaid(table, writings);
  const isClear = (said: Said | undefined) => said === 'written' || said === 'lost';
  const doubtful = writings.filter((writing) => !isClear(outcomes.get(writing)));
  const held =
    doubtful.length === 0
      ? undefined
      : await readEntries(
          table,
          doubtful.map(({ entry }) => entry.key),
        );
  const written = writings.map((writing): Written => {
    const said = outcomes.get(writing);
    if (said === 'written' || said === 'lost') return said;
    if (held?.get(writing.entry.key)?.version === writing.entry.version) return 'written';
    return said === 'refused' && held !== undefined ? 'lost' : 'unknown';
  });
  const records = written.filter((one) => one === 'unknown').length;
  if (records > 0) table.log.warn('ledger not written', { records, ...troubleOf(why) });
  return written;
};
