import { once } from 'node:events';
import type { Server } from 'node:http';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { AWS } from './aws.ts';
import { makePartiqlFront } from './partiql.ts';

/** Makes a table with one key, as the ledger wants it unless told otherwise. */
export const createTable = (
  dynamoDb: DynamoDBClient,
  TableName: string,
  { name = 'pk', type = 'S' }: { name?: string; type?: 'S' | 'N' } = {},
) =>
  dynamoDb.send(
    new CreateTableCommand({
      TableName,
      AttributeDefinitions: [{ AttributeName: name, AttributeType: type }],
      KeySchema: [{ AttributeName: name, KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );

const listen = async (server: Server): Promise<string> => {
  // No connection is closed for being idle: a request that comes just then would be lost.
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
};

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

/** DynamoDB's stand-in on a port of its own, in memory, and a client of it. */
export const startDynamoDb = async () => {
  const table = dynalite({ createTableMs: 0, deleteTableMs: 0 });
  const tableUrl = await listen(table);
  const inner = new DynamoDBClient({ ...AWS, endpoint: tableUrl });
  const front = makePartiqlFront(inner, tableUrl);
  const url = await listen(front);
  const dynamoDb = new DynamoDBClient({ ...AWS, endpoint: url });
  return {
    url,
    dynamoDb,
    stop: async () => {
      for (const client of [dynamoDb, inner]) client.destroy();
      await Promise.all([front, table].map(close));
    },
  };
};
