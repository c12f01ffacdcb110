import type {
  AttributeValue,
  BatchExecuteStatementCommandInput,
  BatchGetItemCommandInput,
  BatchStatementRequest,
  DeleteItemCommandInput,
  GetItemCommandInput,
  PutItemCommandInput,
  UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { Counter } from './counter.ts';

type Item = Record<string, AttributeValue>;

/** A reply of DynamoDB. Statuses of 400 and above are errors. */
export interface TableReply {
  readonly status: number;
  readonly body: unknown;
}

const KB = 1_024;

/** A name or a text takes its bytes in UTF-8. A nested value counts as its JSON, which is near enough. */
const bytesOf = (item: Item): number =>
  Object.entries(item).reduce(
    (sum, [name, { S, N, ...nested }]) =>
      sum + name.length + Buffer.byteLength(S ?? N ?? JSON.stringify(nested)),
    0,
  );

const good = (body: unknown): TableReply => ({ status: 200, body });

/** The first attribute of a key is the partition key of every table here. */
const keyText = (key: Item | undefined): string => Object.values(key ?? {})[0]?.S ?? '';

interface Statement {
  readonly isInsert: boolean;
  readonly values: Item;
  readonly conditions: Item;
}

/** Reads the two forms that the ledger sends: `INSERT … VALUE {'a': ?}` and `UPDATE … SET "a"=? WHERE "b"=?`. */
const readStatement = ({ Statement = '', Parameters = [] }: BatchStatementRequest): Statement => {
  const isInsert = Statement.startsWith('INSERT');
  const [set = '', where = ''] = Statement.split(' WHERE ');
  const namesIn = (text: string, pattern: RegExp) =>
    [...text.matchAll(pattern)].map(([, name = '']) => name);
  const assigned = namesIn(set, isInsert ? /'(\w+)': \?/g : /"(\w+)"=\?/g);
  const required = namesIn(where, /"(\w+)"=\?/g);
  const bind = (names: readonly string[], from: number): Item =>
    Object.fromEntries(names.map((name, i) => [name, Parameters[from + i] ?? { NULL: true }]));
  return { isInsert, values: bind(assigned, 0), conditions: bind(required, assigned.length) };
};

/** Whether a PutItem may go on. It knows the conditions of our ledger before 0.2, and of Powertools' idempotency. */
const mayPut = (
  held: Item | undefined,
  { ConditionExpression = '', ExpressionAttributeValues: values = {} }: PutItemCommandInput,
): boolean => {
  if (ConditionExpression === '') return true;
  if (ConditionExpression === 'version = :seen') return held?.version?.S === values[':seen']?.S;
  if (held === undefined) return true;
  const isPast = (at: AttributeValue | undefined, now: AttributeValue | undefined): boolean =>
    at?.N !== undefined && now?.N !== undefined && Number(at.N) < Number(now.N);
  return (
    isPast(held.expiration, values[':now']) ||
    (held.status?.S === values[':inprogress']?.S &&
      isPast(held.in_progress_expiration, values[':now_in_millis']))
  );
};

const openItems = (counter: Counter) => {
  const items = new Map<string, Item>();
  /** A strongly consistent read takes one unit for each 4 KB, and one for a key that holds nothing. Others take half. */
  const read = (key: Item | undefined, isStrong: boolean): Item | undefined => {
    const item = items.get(keyText(key));
    const units = Math.max(1, Math.ceil(bytesOf(item ?? {}) / (4 * KB)));
    counter.add('read units', isStrong ? units : units / 2);
    return item;
  };
  /** A write takes one unit for each KB, whether its condition holds or not. */
  const charge = (...sizes: readonly number[]): void =>
    counter.add('write units', Math.max(1, Math.ceil(Math.max(...sizes) / KB)));
  return { items, read, charge };
};

type Items = ReturnType<typeof openItems>;

const execute = ({ items, charge }: Items, request: BatchStatementRequest): unknown => {
  const { isInsert, values, conditions } = readStatement(request);
  const key = (isInsert ? values : conditions).pk?.S ?? '';
  const held = items.get(key);
  const next = { ...held, ...values, pk: { S: key } };
  charge(bytesOf(held ?? {}), bytesOf(next));
  if (isInsert && held !== undefined) return { Error: { Code: 'DuplicateItem' } };
  const holds = Object.entries(conditions).every(([name, { S }]) => held?.[name]?.S === S);
  if (!holds) return { Error: { Code: 'ConditionalCheckFailed', ...(held && { Item: held }) } };
  items.set(key, next);
  return {};
};

const putItem = ({ items, charge }: Items, input: PutItemCommandInput): TableReply => {
  const { Item: item = {} } = input;
  const key = (item.pk ?? item.id)?.S ?? '';
  const held = items.get(key);
  charge(bytesOf(held ?? {}), bytesOf(item));
  if (mayPut(held, input)) {
    items.set(key, item);
    return good({});
  }
  const __type = 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException';
  return { status: 400, body: { __type, message: 'The conditional request failed', Item: held } };
};

/** Knows `SET #a = :a, …` alone. */
const updateItem = ({ items, charge }: Items, input: UpdateItemCommandInput): TableReply => {
  const { Key = {}, UpdateExpression = '', ExpressionAttributeNames: names = {} } = input;
  const { ExpressionAttributeValues: values = {} } = input;
  const held = items.get(keyText(Key)) ?? {};
  const set = [...UpdateExpression.matchAll(/(#\w+) = (:\w+)/g)].map(
    ([, name = '', value = '']) => [names[name] ?? name, values[value] ?? { NULL: true }] as const,
  );
  const next = { ...held, ...Key, ...Object.fromEntries(set) };
  charge(bytesOf(held), bytesOf(next));
  items.set(keyText(Key), next);
  return good({});
};

/** One DynamoDB table in memory. It counts units as DynamoDB does. */
export const openTable = (counter: Counter) => {
  const open = openItems(counter);
  const batchGet = ({ RequestItems = {} }: BatchGetItemCommandInput) => ({
    Responses: Object.fromEntries(
      Object.entries(RequestItems).map(([table, { Keys = [], ConsistentRead = false }]) => [
        table,
        Keys.map((key) => open.read(key, ConsistentRead)).filter((item) => item !== undefined),
      ]),
    ),
  });
  const calls: Readonly<Record<string, (body: string) => TableReply>> = {
    DescribeTable: () => {
      const KeySchema = [{ AttributeName: 'pk', KeyType: 'HASH' }];
      const AttributeDefinitions = [{ AttributeName: 'pk', AttributeType: 'S' }];
      return good({ Table: { KeySchema, AttributeDefinitions } });
    },
    BatchGetItem: (body) => good(batchGet(JSON.parse(body))),
    BatchExecuteStatement: (body) => {
      const { Statements = [] }: BatchExecuteStatementCommandInput = JSON.parse(body);
      return good({ Responses: Statements.map((statement) => execute(open, statement)) });
    },
    PutItem: (body) => putItem(open, JSON.parse(body)),
    UpdateItem: (body) => updateItem(open, JSON.parse(body)),
    GetItem: (body) => {
      const { Key, ConsistentRead = false }: GetItemCommandInput = JSON.parse(body);
      return good({ Item: open.read(Key, ConsistentRead) });
    },
    DeleteItem: (body) => {
      const { Key }: DeleteItemCommandInput = JSON.parse(body);
      open.charge(bytesOf(open.items.get(keyText(Key)) ?? {}));
      open.items.delete(keyText(Key));
      return good({});
    },
  };
  return {
    answer: (call: string, body: string): TableReply | undefined => calls[call]?.(body),
    clear: () => open.items.clear(),
  };
};

export type Table = ReturnType<typeof openTable>;
