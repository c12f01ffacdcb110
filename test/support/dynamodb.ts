import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { AWS } from './aws.ts';
import { listen } from './listen.ts';
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

/** DynamoDB's stand-in on a port of its own, in memory, and a client of it. */
export const startDynamoDb = async () => {
  const table = dynalite({ createTableMs: 0, deleteTableMs: 0 });
  const behind = await listen(table);
  const inner = new DynamoDBClient({ ...AWS, endpoint: behind.url });
  const { url, stop } = await listen(makePartiqlFront(inner, behind.url));
  const dynamoDb = new DynamoDBClient({ ...AWS, endpoint: url });
  return {
    url,
    dynamoDb,
    stop: async () => {
      for (const client of [dynamoDb, inner]) client.destroy();
      await Promise.all([stop(), behind.stop()]);
    },
  };
};
