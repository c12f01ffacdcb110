import {
  type AttributeValue,
  BatchExecuteStatementCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-dynamodb';
import type { Log } from '../json/log.ts';
import { MisconfiguredError } from '../json/settings.ts';
import { troubleOf } from '../json/trouble.ts';
import type { Entry } from './ledger.ts';

export const KEY = 'pk';

export type Item = Record<string, AttributeValue>;

export const entryOf = ({ [KEY]: key, version, body }: Item): Entry => ({
  key: key?.S ?? '',
  version: version?.S ?? '',
  body: body?.S ?? '',
});

export interface TableEdges {
  readonly dynamoDb: DynamoDBClient;
  readonly log: Log;
}

/** The table of the ledger, and how to reach it. */
export interface Table extends TableEdges {
  readonly TableName: string;
}

const misconfigured = (what: string, cause?: unknown): MisconfiguredError =>
  new MisconfiguredError(`LEDGER_TABLE names a table that ${what}`, cause ? { cause } : {});

const checkKey = async ({ dynamoDb, TableName }: Table): Promise<void> => {
  const { Table: { KeySchema = [], AttributeDefinitions = [] } = {} } = await dynamoDb.send(
    new DescribeTableCommand({ TableName }),
  );
  const types = new Map(AttributeDefinitions.map((it) => [it.AttributeName, it.AttributeType]));
  const keys = KeySchema.map(({ AttributeName: name }) => `${name} (${types.get(name)})`);
  if (keys.join() !== `${KEY} (S)`)
    throw misconfigured(`has the key ${keys.join(', ')}: it must be ${KEY} (S) alone`);
};

/** No record has this key or this version. */
const NOWHERE = 'check';

/** Names of errors by which a server says that it knows no `BatchExecuteStatement`. */
const UNKNOWN_CALL = new Set([
  'UnknownOperationException',
  'UnrecognizedClientOperation',
  'InvalidAction',
]);

/** Tries a write that fits no record. The code of a statement's own error says whether the table takes such writes. */
const checkWrites = async ({ dynamoDb, TableName }: Table): Promise<void> => {
  const Statement = `UPDATE "${TableName}" SET "version"=? WHERE "${KEY}"=? AND "version"=?`;
  const Parameters = [NOWHERE, NOWHERE, NOWHERE].map((S) => ({ S }));
  const { Responses: [{ Error: failure = {} } = {}] = [] } = await dynamoDb.send(
    new BatchExecuteStatementCommand({ Statements: [{ Statement, Parameters }] }),
  );
  if (failure.Code === 'AccessDenied')
    throw misconfigured(
      'this role may not write: it needs dynamodb:PartiQLInsert and dynamodb:PartiQLUpdate',
    );
};

/** A setting that is wrong, or undefined if the error may pass by itself. */
const misconfiguredBy = (error: unknown): MisconfiguredError | undefined => {
  if (error instanceof MisconfiguredError) return error;
  if (error instanceof ResourceNotFoundException) return misconfigured('does not exist', error);
  if (error instanceof Error && UNKNOWN_CALL.has(error.name))
    return misconfigured('is on a server without BatchExecuteStatement', error);
  return undefined;
};

/**
 * Rejects with `MisconfiguredError` if the table is missing, has another key than ours, or takes no writes in batches. If
 * DynamoDB does not answer, the table may be right, and be in reach when it is read: then the check says so in the log, and
 * resolves.
 */
export const checkTable = async (edges: TableEdges, TableName: string): Promise<void> => {
  const table = { ...edges, TableName };
  try {
    await checkKey(table);
    await checkWrites(table);
  } catch (error) {
    const misconfiguration = misconfiguredBy(error);
    if (misconfiguration !== undefined) throw misconfiguration;
    edges.log.warn('ledger not checked', { ...troubleOf(error) });
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
