import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { buffer } from 'node:stream/consumers';
import {
  type AttributeValue,
  type BatchExecuteStatementCommandInput,
  type BatchStatementRequest,
  type BatchStatementResponse,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  ResourceNotFoundException,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';

/** One statement of the two forms that the ledger uses, read. */
interface Write {
  readonly table: string;
  readonly isInsert: boolean;
  readonly sets: Readonly<Record<string, AttributeValue>>;
  readonly where: Readonly<Record<string, AttributeValue>>;
}

const INSERT = /^INSERT INTO "([^"]+)" VALUE \{('\w+': \?(?:, '\w+': \?)*)\}$/;
const UPDATE = /^UPDATE "([^"]+)" ((?:SET "\w+"=\? )+)WHERE ("\w+"=\?(?: AND "\w+"=\?)*)$/;

const namesIn = (text: string): readonly string[] =>
  text.match(/\w+/g)?.filter((it) => it !== 'SET' && it !== 'AND') ?? [];

const fields = (names: readonly string[], values: readonly AttributeValue[]) =>
  Object.fromEntries(names.map((name, i) => [name, values[i] ?? { NULL: true }] as const));

const readStatement = ({ Statement = '', Parameters = [] }: BatchStatementRequest): Write => {
  const [, into = '', given = ''] = INSERT.exec(Statement) ?? [];
  if (into !== '') {
    const { pk, ...sets } = fields(namesIn(given), Parameters);
    return { table: into, isInsert: true, sets, where: { ...(pk && { pk }) } };
  }
  const [, table = '', set = '', where = ''] = UPDATE.exec(Statement) ?? [];
  assert.ok(table !== '', `no statement of the ledger: ${Statement}`);
  const names = namesIn(set);
  return {
    table,
    isInsert: false,
    sets: fields(names, Parameters),
    where: fields(namesIn(where), Parameters.slice(names.length)),
  };
};

const keyOf = ({ where: { pk } }: Write) => ({ pk: pk ?? { S: '' } });

/** The same write as one conditional UpdateItem. */
const updateOf = (write: Write): UpdateItemCommand => {
  const { table, isInsert, sets, where } = write;
  const { pk: _, ...conditions } = where;
  const all = { ...sets, ...conditions };
  const set = Object.keys(sets).map((name) => `#${name} = :${name}`);
  const held = Object.keys(conditions).map((name) => `#${name} = :seen_${name}`);
  return new UpdateItemCommand({
    TableName: table,
    Key: keyOf(write),
    UpdateExpression: `SET ${set.join(', ')}`,
    ConditionExpression: isInsert ? 'attribute_not_exists(pk)' : held.join(' AND '),
    ExpressionAttributeNames: Object.fromEntries(Object.keys(all).map((it) => [`#${it}`, it])),
    ExpressionAttributeValues: {
      ...Object.fromEntries(Object.entries(sets).map(([it, value]) => [`:${it}`, value])),
      ...Object.fromEntries(
        Object.entries(conditions).map(([it, value]) => [`:seen_${it}`, value]),
      ),
    },
  });
};

const run = async (
  dynamoDb: DynamoDBClient,
  request: BatchStatementRequest,
): Promise<BatchStatementResponse> => {
  const write = readStatement(request);
  const { table: TableName, isInsert } = write;
  try {
    await dynamoDb.send(updateOf(write));
    return { TableName };
  } catch (error) {
    if (error instanceof ResourceNotFoundException)
      return { Error: { Code: 'ResourceNotFound', Message: error.message } };
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    if (isInsert)
      return {
        TableName,
        Error: { Code: 'DuplicateItem', Message: 'Duplicate primary key exists in table' },
      };
    const { Item } = await dynamoDb.send(new GetItemCommand({ TableName, Key: keyOf(write) }));
    const isTold = request.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' && Item !== undefined;
    return {
      TableName,
      Error: {
        Code: 'ConditionalCheckFailed',
        Message: 'The conditional request failed',
        ...(isTold && { Item }),
      },
    };
  }
};

const DUPLICATES = {
  __type: 'com.amazon.coral.validate#ValidationException',
  message: 'Provided list of item keys contains duplicates',
};

/**
 * `BatchExecuteStatement` for a DynamoDB stand-in that has no PartiQL, for the ledger's two statements. All other calls go
 * through. It answers as DynamoDB Local 2.5.4 does: `npm run conformance` compares the two.
 */
export const makePartiqlFront = (dynamoDb: DynamoDBClient, url: string): Server =>
  createServer({ keepAliveTimeout: 0 }, async (request, response) => {
    const target = String(request.headers['x-amz-target']);
    const body = await buffer(request);
    if (!target.endsWith('.BatchExecuteStatement')) {
      const names = ['x-amz-target', 'content-type', 'authorization', 'x-amz-date'];
      const headers = names.map((name) => [name, String(request.headers[name] ?? '')] as const);
      const answer = await fetch(url, {
        method: 'POST',
        headers: Object.fromEntries(headers),
        body,
      });
      const bytes = Buffer.from(await answer.arrayBuffer());
      response.writeHead(answer.status, [...answer.headers].flat()).end(bytes);
      return;
    }
    const { Statements = [] }: BatchExecuteStatementCommandInput = JSON.parse(body.toString());
    const keys = Statements.map((one) => keyOf(readStatement(one)).pk.S);
    const headers = { 'content-type': 'application/x-amz-json-1.0' };
    if (new Set(keys).size < keys.length) {
      response.writeHead(400, headers).end(JSON.stringify(DUPLICATES));
      return;
    }
    const Responses = await Promise.all(Statements.map((one) => run(dynamoDb, one)));
    response.writeHead(200, headers).end(JSON.stringify({ Responses }));
  });
