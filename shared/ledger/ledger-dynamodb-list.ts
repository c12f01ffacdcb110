import { type AttributeValue, type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { KEY } from './ledger-dynamodb-table.ts';

/** Parts of the table that are read side by side. */
const SEGMENTS = 8;

const listSegment = async (
  dynamoDb: DynamoDBClient,
  TableName: string,
  prefix: string,
  Segment: number,
): Promise<readonly string[]> => {
  const keys: string[] = [];
  let from: Record<string, AttributeValue> | undefined;
  do {
    const page = await dynamoDb.send(
      new ScanCommand({
        TableName,
        Segment,
        TotalSegments: SEGMENTS,
        FilterExpression: 'begins_with(#key, :prefix)',
        ProjectionExpression: '#key',
        ExpressionAttributeNames: { '#key': KEY },
        ExpressionAttributeValues: { ':prefix': { S: prefix } },
        ...(from !== undefined && { ExclusiveStartKey: from }),
      }),
    );
    for (const { [KEY]: key } of page.Items ?? []) if (key?.S !== undefined) keys.push(key.S);
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  return keys;
};

/**
 * The keys of a table that begin so, sorted. Law: the whole table is read, and paid for: half a read unit for each 4 KB. So
 * this is for people, and no function calls it. Rejects if the table does not answer.
 */
export const listTableKeys = async (
  dynamoDb: DynamoDBClient,
  table: string,
  prefix: string,
): Promise<readonly string[]> => {
  const segments = Array.from({ length: SEGMENTS }, (_, i) =>
    listSegment(dynamoDb, table, prefix, i),
  );
  return (await Promise.all(segments)).flat().toSorted();
};
