import { existsSync } from 'node:fs';
import { openLedger } from '../../shared/edge/lazy-ledger.ts';
import { type Log, SILENT_LOG } from '../../shared/json/log.ts';
import { listFileKeys } from '../../shared/ledger/ledger-sqlite-list.ts';
import { makeRecords, type Records } from '../../shared/ledger/records.ts';
import { CommandError, EXIT } from '../exit.ts';
import type { World } from '../world.ts';
import type { ClientConfig, Parts } from './parts.ts';

/** The ledger of a stack, to be looked at. This program never writes to it. */
export interface OpenLedger {
  readonly records: Records;
  /** A file is quick to look through. */
  readonly isFile: boolean;
  /** Keys that begin so. A table is read as a whole for this. */
  readonly list: (prefix: string) => Promise<readonly string[]>;
  /** The trouble that was met when it was last read, for messages. */
  readonly trouble: () => string | undefined;
}

/** Keeps the reason of the last warning: the ledger itself tells only that it was not read. */
const keepReason = () => {
  let reason: string | undefined;
  const log: Log = {
    ...SILENT_LOG,
    warn: (event, fields) => {
      reason = `${event}: ${String(fields.error ?? fields.advice ?? '')}`;
    },
  };
  return { log, trouble: () => reason };
};

const fileOf = (parts: Parts): string => {
  const file = parts.output('LedgerFile');
  if (existsSync(file)) return file;
  throw new CommandError(EXIT.aws, 'the ledger is not on this machine', {
    where: file,
    remedy: 'run this command on the machine of the embedded stack',
  });
};

const listKeysOfTable = async (config: ClientConfig, table: string, prefix: string) => {
  const [{ DynamoDBClient }, { listTableKeys }] = await Promise.all([
    import('@aws-sdk/client-dynamodb'),
    import('../../shared/ledger/ledger-dynamodb-list.ts'),
  ]);
  return listTableKeys(new DynamoDBClient(config), table, prefix);
};

/** Opens the ledger of a stack: its table, or its file. */
export const openLedgerOf = async (
  parts: Parts,
  { now }: Pick<World, 'now'>,
): Promise<OpenLedger> => {
  const { log, trouble } = keepReason();
  const table = parts.find('LedgerTableName');
  const dynamoDb = parts.config('dynamodb');
  const file = table === undefined ? fileOf(parts) : undefined;
  const ledger = await openLedger({ table, file, dynamoDb, now, log });
  const noWrites = () => {
    throw new Error('the command line writes no record');
  };
  const records = makeRecords(ledger, { newVersion: noWrites, now, keepSeconds: 0, log });
  const list = async (prefix: string) =>
    table === undefined
      ? listFileKeys(file ?? '', prefix)
      : listKeysOfTable(dynamoDb, table, prefix);
  return { records, isFile: table === undefined, list, trouble };
};

/** The ledger did not answer. */
export const ledgerSilent = ({ trouble }: OpenLedger): CommandError =>
  new CommandError(EXIT.aws, trouble() ?? 'the ledger does not answer', {
    remedy: 'check the permission dynamodb:BatchGetItem on the table, and the network',
  });
