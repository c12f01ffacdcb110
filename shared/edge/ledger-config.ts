import * as v from 'valibot';
import { type Environment, readSettings, readTogether } from '../json/settings.ts';
import { checkEndpoints } from './aws-endpoints.ts';

const isOne = (a: string | undefined, b: string | undefined): boolean =>
  (a === undefined) !== (b === undefined);

const schema = v.pipe(
  v.object({ LEDGER_TABLE: v.optional(v.string()), LEDGER_FILE: v.optional(v.string()) }),
  v.forward(
    v.partialCheck(
      [['LEDGER_TABLE'], ['LEDGER_FILE']],
      ({ LEDGER_TABLE: table, LEDGER_FILE: file }) => isOne(table, file),
      'or LEDGER_FILE must be set, and not both',
    ),
    ['LEDGER_TABLE'],
  ),
);

/** Where the ledger is: a table of DynamoDB, or a file of SQLite. */
export type LedgerPlace =
  | { readonly table: string; readonly file?: undefined }
  | { readonly table?: undefined; readonly file: string };

/** The setting of accept-http that says where the ledger is. */
export const readLedgerConfig = (environment: Environment): LedgerPlace => {
  const [{ LEDGER_TABLE: table, LEDGER_FILE: file = '' }] = readTogether(
    () => readSettings(schema, environment),
    () => checkEndpoints(environment, ['DYNAMODB']),
  );
  return table === undefined ? { file } : { table };
};
