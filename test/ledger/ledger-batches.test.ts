import {
  BatchExecuteStatementCommand,
  BatchGetItemCommand,
  type BatchStatementErrorCodeEnum,
  type BatchStatementRequest,
  type BatchStatementResponse,
  DescribeTableCommand,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { openMockedLedger as begin, ENTRY as entry } from '../support/mocked-ledger.ts';

const mock = mockClient(DynamoDBClient);
beforeEach(() => mock.reset());
// The next file of this worker talks to a real server through the same client.
afterAll(() => mock.restore());

describe('a batch of writes', () => {
  const entries = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ ...entry, key: `k${i}`, version: `v${i}` }));
  const keyIn = ({ Parameters = [] }: BatchStatementRequest) => Parameters[0]?.S ?? '';
  const answers = (answer: (key: string, request: number) => BatchStatementResponse) => {
    let requests = 0;
    mock.on(BatchExecuteStatementCommand).callsFake(({ Statements }) => {
      requests += 1;
      const Responses = Statements.map((one: BatchStatementRequest) =>
        answer(keyIn(one), requests),
      );
      return { Responses };
    });
    mock.on(BatchGetItemCommand).resolves({});
  };
  const sent = () =>
    mock
      .commandCalls(BatchExecuteStatementCommand)
      .map(({ args }) => args[0].input.Statements?.map(keyIn) ?? []);
  const failing = (Code: BatchStatementErrorCodeEnum) => ({ Error: { Code, Message: 'no' } });

  it('holds 25 entries at most, and all that are written in one turn', async () => {
    answers(() => ({}));
    const { ledger } = begin();
    const written = await Promise.all(entries(60).map((one) => ledger.write(one, undefined)));
    expect(new Set(written)).toEqual(new Set(['written']));
    expect(sent().map(({ length }) => length)).toEqual([25, 25, 10]);
  });

  it('names no key twice', async () => {
    answers(() => ({}));
    const { ledger } = begin();
    const [one, two] = entries(2);
    if (!one || !two) throw new Error('two are made');
    await Promise.all([one, two, one, one].map((write) => ledger.write(write, undefined)));
    expect(sent()).toEqual([['k0', 'k1'], ['k0'], ['k0']]);
  });

  it('is cut by size', async () => {
    answers(() => ({}));
    const { ledger } = begin();
    const large = entries(12).map((one) => ({ ...one, body: 'x'.repeat(390_000) }));
    await Promise.all(large.map((one) => ledger.write(one, undefined)));
    expect(sent().map(({ length }) => length)).toEqual([5, 5, 2]);
  });

  it('repeats the statements alone that a throttled table has not carried out', async () => {
    answers((key, request) =>
      key === 'k1' && request < 3 ? failing('ProvisionedThroughputExceeded') : {},
    );
    const { ledger, lines } = begin();
    const written = await Promise.all(entries(3).map((one) => ledger.write(one, undefined)));
    expect(written).toEqual(['written', 'written', 'written']);
    expect(sent()).toEqual([['k0', 'k1', 'k2'], ['k1'], ['k1']]);
    expect(lines).toEqual([]);
  });

  it('tells each entry what became of it', async () => {
    const codes: Record<string, BatchStatementErrorCodeEnum> = {
      k1: 'DuplicateItem',
      k2: 'AccessDenied',
      k3: 'ThrottlingError',
      k4: 'ConditionalCheckFailed',
    };
    answers((key) => (codes[key] ? failing(codes[key]) : {}));
    const { ledger, lines } = begin();
    const written = await Promise.all(entries(5).map((one) => ledger.write(one, undefined)));
    expect(written).toEqual(['written', 'lost', 'unknown', 'unknown', 'lost']);
    expect(lines).toMatchObject([{ event: 'ledger not written', fields: { records: 2 } }]);
  });

  it('a refusal by what we wrote ourselves is a write', async () => {
    answers(() => failing('DuplicateItem'));
    const Item = { pk: { S: 'a' }, version: { S: 'v1' }, body: { S: '' } };
    mock.on(BatchGetItemCommand).resolves({ Responses: { ledger: [Item] } });
    expect(await begin().ledger.write(entry, undefined)).toBe('written');
  });

  it('a refusal that shows our own version is a write, without another request', async () => {
    const Item = { pk: { S: 'a' }, version: { S: 'v1' }, body: { S: '' } };
    answers(() => ({ Error: { Code: 'ConditionalCheckFailed', Message: 'no', Item } }));
    expect(await begin().ledger.write(entry, 'v0')).toBe('written');
    expect(mock.commandCalls(BatchGetItemCommand)).toEqual([]);
  });

  it('a reply that is shorter than the request leaves the rest unknown', async () => {
    mock.on(BatchExecuteStatementCommand).resolves({ Responses: [{}] });
    mock.on(BatchGetItemCommand).resolves({});
    const { ledger } = begin();
    const written = await Promise.all(entries(2).map((one) => ledger.write(one, undefined)));
    expect(written).toEqual(['written', 'unknown']);
  });
});

describe('a server that takes no such writes is named at start', () => {
  const table = {
    Table: {
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' as const }],
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' as const }],
    },
  };

  it('if it does not know the call', async () => {
    mock.on(DescribeTableCommand).resolves(table);
    const unknown = Object.assign(new Error('UnknownOperation'), {
      name: 'UnknownOperationException',
    });
    mock.on(BatchExecuteStatementCommand).rejects(unknown);
    await expect(begin().check()).rejects.toThrow(
      'LEDGER_TABLE names a table that is on a server without BatchExecuteStatement',
    );
  });

  it('if the role has no right to it', async () => {
    mock.on(DescribeTableCommand).resolves(table);
    mock
      .on(BatchExecuteStatementCommand)
      .resolves({ Responses: [{ Error: { Code: 'AccessDenied', Message: 'not authorized' } }] });
    await expect(begin().check()).rejects.toThrow(
      'this role may not write: it needs dynamodb:PartiQLInsert and dynamodb:PartiQLUpdate',
    );
  });
});
