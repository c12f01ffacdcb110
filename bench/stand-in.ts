import { createServer, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type {
  AttributeValue,
  BatchExecuteStatementCommandInput,
  BatchGetItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { PutEventsCommandInput } from '@aws-sdk/client-eventbridge';

/**
 * What a deployed control-jobs talks to, in a process of its own, so that its work does not count: a table, a bus and DLI.
 * Each answers at once. It prints its port. It counts requests by their call, and tells the counts at `GET /counts`.
 */

type Item = Record<string, AttributeValue>;

const items = new Map<string, Item>();
const counts = new Map<string, number>();

const count = (call: string, by = 1): void => {
  counts.set(call, (counts.get(call) ?? 0) + by);
};

const KB = 1_024;

/** A name or a text takes its bytes in UTF-8. */
const bytesOf = (item: Item): number =>
  Object.entries(item).reduce(
    (sum, [name, { S = '', N = '' }]) => sum + name.length + Buffer.byteLength(S) + N.length,
    0,
  );

const readMany = ({ RequestItems = {} }: BatchGetItemCommandInput) => ({
  Responses: Object.fromEntries(
    Object.entries(RequestItems).map(([table, { Keys = [] }]) => [
      table,
      Keys.flatMap((key) => {
        const item = items.get(key.pk?.S ?? '');
        // A strongly consistent read takes one unit for each 4 KB, and one for a key that holds nothing.
        count('read units', Math.max(1, Math.ceil(bytesOf(item ?? {}) / (4 * KB))));
        return item === undefined ? [] : [item];
      }),
    ]),
  ),
});

const writeMany = ({ Statements = [] }: BatchExecuteStatementCommandInput) => ({
  Responses: Statements.map(({ Parameters = [] }) => {
    const isInsert = Parameters.length === 4;
    const [first, second, third, fourth, seen] = Parameters;
    const [pk, version, body, expires_at] = isInsert
      ? [first, second, third, fourth]
      : [fourth, first, second, third];
    // The check at cold start fits no record.
    if (!pk?.S || !version || !body || !expires_at)
      return { Error: { Code: 'ConditionalCheckFailed' } };
    const item = { pk, version, body, expires_at };
    count('write units', Math.ceil(bytesOf(item) / KB));
    if (items.get(pk.S)?.version?.S !== seen?.S)
      return { Error: { Code: isInsert ? 'DuplicateItem' : 'ConditionalCheckFailed' } };
    items.set(pk.S, item);
    return {};
  }),
});

const putEvents = ({ Entries = [] }: PutEventsCommandInput) => {
  for (const { Detail = '' } of Entries)
    count('events', Math.ceil(Buffer.byteLength(Detail) / (64 * KB)));
  return { FailedEntryCount: 0, Entries: Entries.map((_, i) => ({ EventId: String(i) })) };
};

const answerTo = (target: string, body: string): unknown => {
  switch (target) {
    case 'DescribeTable':
      return {
        Table: {
          KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
          AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        },
      };
    case 'BatchGetItem':
      return readMany(JSON.parse(body));
    case 'BatchExecuteStatement':
      return writeMany(JSON.parse(body));
    case 'PutEvents':
      return putEvents(JSON.parse(body));
    default: {
      const ids = body.match(/\d+/g) ?? [];
      return ids.map(() => ({ is_success: 'true', message: 'delivered' }));
    }
  }
};

const targetOf = ({ headers }: IncomingMessage): string =>
  String(headers['x-amz-target'] ?? '.call').split('.')[1] ?? '';

const server = createServer(async (request, response) => {
  const body = (await buffer(request)).toString();
  response.setHeader('content-type', 'application/json');
  if (request.url === '/counts') {
    response.end(JSON.stringify(Object.fromEntries(counts)));
    counts.clear();
    items.clear();
    return;
  }
  const target = targetOf(request);
  count(target);
  const answer = JSON.stringify(answerTo(target, body));
  setTimeout(() => response.end(answer), Number(process.argv[2] ?? 0));
});

server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address !== 'string') console.log(address.port);
});
