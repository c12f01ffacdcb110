import {
  BatchExecuteStatementCommand,
  BatchGetItemCommand,
  DescribeTableCommand,
  DynamoDBClient,
  InternalServerError,
  ProvisionedThroughputExceededException,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { keepChecking } from '../../shared/ledger/ledger-dynamodb-table.ts';
import { openMockedLedger as begin, ENTRY as entry } from '../support/mocked-ledger.ts';

const mock = mockClient(DynamoDBClient);
beforeEach(() => mock.reset());
// The next file of this worker talks to a real server through the same client.
afterAll(() => mock.restore());

describe('a ledger in trouble says so, and never throws', () => {
  const throttle = new ProvisionedThroughputExceededException({
    message: 'The level of configured provisioned throughput for the table was exceeded.',
    $metadata: {},
  });
  const outage = new InternalServerError({ message: 'Internal server error', $metadata: {} });
  const gone = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

  it.each([
    ['throttled', throttle],
    ['down', outage],
    ['out of reach', gone],
  ])('%s: nothing read, nothing known to be written', async (_, error) => {
    mock.onAnyCommand().rejects(error);
    const { ledger, lines } = begin();
    expect(await ledger.read(['a'])).toBeUndefined();
    expect(await ledger.write(entry, undefined)).toBe('unknown');
    expect(lines.every(({ level }) => level === 'warn')).toBe(true);
    expect(JSON.stringify(lines)).not.toContain('body of');
  });

  it('a write that was refused for now, and is not there, is unknown and not lost', async () => {
    mock.on(BatchExecuteStatementCommand).rejects(throttle).on(BatchGetItemCommand).resolves({});
    expect(await begin().ledger.write(entry, undefined)).toBe('unknown');
  });

  const itemOf = (key: unknown) => ({
    pk: { S: String(key) },
    version: { S: 'v' },
    body: { S: '' },
  });

  /** Serves so many keys of each request, passes over the rest. */
  const serve = (perRequest: (request: number) => number) => {
    let requests = 0;
    mock.on(BatchGetItemCommand).callsFake(({ RequestItems: { ledger } }) => {
      const served = ledger.Keys.slice(0, perRequest(++requests));
      const left = ledger.Keys.slice(served.length);
      return {
        Responses: { ledger: served.map((key: { pk: { S: string } }) => itemOf(key.pk.S)) },
        UnprocessedKeys: left.length > 0 ? { ledger: { Keys: left, ConsistentRead: true } } : {},
      };
    });
  };

  const keys = Array.from({ length: 30 }, (_, i) => `k${i}`);

  it('keys that it passed over are asked for again, as long as some come', async () => {
    serve(() => 3);
    expect([...((await begin().ledger.read(keys)) ?? []).keys()]).toHaveLength(30);
    expect(mock.commandCalls(BatchGetItemCommand)).toHaveLength(10);
  });

  it('and where none came now and then', async () => {
    serve((request) => (request % 2 === 0 ? 15 : 0));
    expect((await begin().ledger.read(keys))?.size).toBe(30);
  });

  it('where none come at all it is out of reach: half an answer is none', async () => {
    serve((request) => (request === 1 ? 29 : 0));
    const { ledger, lines } = begin();
    expect(await ledger.read(keys)).toBeUndefined();
    expect(lines).toMatchObject([{ event: 'ledger not read', fields: { keys: 30 } }]);
  });
});

describe('the table is asked about no more than it must be', () => {
  it('once, where it is good', async () => {
    mock.on(DescribeTableCommand).resolves({
      Table: {
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      },
    });
    mock.on(BatchExecuteStatementCommand).resolves({ Responses: [{}] });
    const ready = keepChecking(begin().check);
    await Promise.all([ready(), ready()]);
    await ready();
    expect(mock.commandCalls(DescribeTableCommand)).toHaveLength(1);
  });

  it('once, where it does not answer: that stops no invocation', async () => {
    mock.on(DescribeTableCommand).rejects(new Error('AccessDeniedException'));
    const { check, lines } = begin();
    const ready = keepChecking(check);
    await ready();
    await ready();
    expect(lines).toMatchObject([{ level: 'warn', event: 'ledger not checked' }]);
  });
});

describe('what is read is what was written last', () => {
  it('by any process, unless it may be late: then the read costs half', async () => {
    mock.on(BatchGetItemCommand).resolves({});
    const { ledger } = begin();
    await Promise.all([ledger.read(['a'], 'may be late'), ledger.read(['b'], 'now')]);
    const reads = mock.commandCalls(BatchGetItemCommand).map(({ args }) => args[0].input);
    expect(reads.map(({ RequestItems }) => RequestItems?.ledger)).toEqual([
      { Keys: [{ pk: { S: 'a' } }], ConsistentRead: false },
      { Keys: [{ pk: { S: 'b' } }], ConsistentRead: true },
    ]);
  });

  it('every other read is a consistent one', async () => {
    mock.on(BatchExecuteStatementCommand).rejects(new Error('timeout'));
    mock.on(BatchGetItemCommand).resolves({});
    const { ledger } = begin();
    await ledger.read(['a']);
    await ledger.write(entry, undefined);
    const reads = mock.commandCalls(BatchGetItemCommand);
    expect(reads).toHaveLength(2);
    for (const { args } of reads)
      expect(args[0].input.RequestItems).toMatchObject({ ledger: { ConsistentRead: true } });
  });
});
