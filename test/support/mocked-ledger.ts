import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { makeDynamoLedger } from '../../shared/ledger/ledger-dynamodb.ts';
import { checkTable } from '../../shared/ledger/ledger-dynamodb-table.ts';
import { AWS } from './aws.ts';
import { keptLog } from './logs.ts';

/** One entry, to be written. */
export const ENTRY = { key: 'a', version: 'v1', body: 'body of a', expiresAt: 4_102_444_800 };

/** A ledger over a client that the test has mocked, its check at cold start, and what it logs. */
export const openMockedLedger = () => {
  const { log, lines } = keptLog();
  const edges = { dynamoDb: new DynamoDBClient(AWS), log };
  return {
    ledger: makeDynamoLedger(edges, 'ledger'),
    check: () => checkTable(edges, 'ledger'),
    lines,
  };
};
