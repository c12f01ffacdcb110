import { randomUUID } from 'node:crypto';
import {
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { REQUEST_BOUNDS } from '../../shared/edge/aws.ts';
import { errorText } from '../../shared/json/error-text.ts';
import { SILENT_LOG } from '../../shared/json/log.ts';
import { makeDynamoLedger } from '../../shared/ledger/ledger-dynamodb.ts';
import { checkTable } from '../../shared/ledger/ledger-dynamodb-table.ts';
import { LEDGER_CASES, type LedgerCase } from './ledger-cases.ts';

/**
 * `npm run conformance`: the ledger's contract against any DynamoDB endpoint, named by AWS_ENDPOINT_URL_DYNAMODB, in a
 * table of its own that goes afterwards. Region and keys come from the environment, as ever.
 */

const TABLE = `job-fanin-conformance-${randomUUID()}`;
const log = SILENT_LOG;

const client = () => new DynamoDBClient({ region: 'eu-west-1', ...REQUEST_BOUNDS });
const dynamoDb = client();

const createTable = async (): Promise<void> => {
  await dynamoDb.send(
    new CreateTableCommand({
      TableName: TABLE,
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  await waitUntilTableExists({ client: dynamoDb, maxWaitTime: 120 }, { TableName: TABLE });
  await checkTable({ dynamoDb, log }, TABLE);
};

/** Undefined where the case passed, else why not. */
const failureOf = async ({ run }: LedgerCase, index: number): Promise<string | undefined> => {
  try {
    await run({
      ledger: makeDynamoLedger({ dynamoDb, log }, TABLE),
      other: makeDynamoLedger({ dynamoDb: client(), log }, TABLE),
      keyOf: (name) => `${index}/${name}`,
    });
    return undefined;
  } catch (error) {
    return errorText(error);
  }
};

const check = async (): Promise<number> => {
  let failed = 0;
  for (const [i, ledgerCase] of LEDGER_CASES.entries()) {
    const start = performance.now();
    const failure = await failureOf(ledgerCase, i);
    const ms = (performance.now() - start).toFixed(0).padStart(7);
    console.log(`${failure === undefined ? 'passed' : 'FAILED'} ${ms} ms  ${ledgerCase.title}`);
    if (failure === undefined) continue;
    failed += 1;
    console.log(`        ${failure}`);
  }
  return failed;
};

console.log(`the ledger on ${process.env.AWS_ENDPOINT_URL_DYNAMODB ?? 'DynamoDB itself'}\n`);
await createTable();
try {
  const failed = await check();
  console.log(`\n${LEDGER_CASES.length - failed} of ${LEDGER_CASES.length} cases passed`);
  process.exitCode = failed === 0 ? 0 : 1;
} finally {
  await dynamoDb.send(new DeleteTableCommand({ TableName: TABLE }));
}
