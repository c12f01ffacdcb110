import { once } from 'node:events';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { AWS } from './aws.ts';

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

/** DynamoDB's stand-in on a port of its own, in memory, and a client of it. */
export const startDynamoDb = async () => {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0 }).listen(0, '127.0.0.1');
  // No connection is closed for being idle: a request that comes just then would be lost.
  server.keepAliveTimeout = 0;
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const url = `http://127.0.0.1:${address.port}`;
  const dynamoDb = new DynamoDBClient({ ...AWS, endpoint: url });
  return {
    url,
    dynamoDb,
    stop: () => {
      dynamoDb.destroy();
      return new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
};
