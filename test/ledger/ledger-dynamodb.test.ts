import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { MisconfiguredError } from '../../shared/json/settings.ts';
import { makeDynamoLedger } from '../../shared/ledger/ledger-dynamodb.ts';
import { checkTable, keepChecking } from '../../shared/ledger/ledger-dynamodb-table.ts';
import { AWS } from '../support/aws.ts';
import { startBareServer } from '../support/bare-server.ts';
import { createTable, startDynamoDb } from '../support/dynamodb.ts';
import { keptLog } from '../support/logs.ts';

let server: Awaited<ReturnType<typeof startDynamoDb>>;

beforeAll(async () => {
  server = await startDynamoDb();
  await createTable(server.dynamoDb, 'ledger');
});

afterAll(() => server.stop());

const WRITE = 'BatchExecuteStatement';

const entry = (key: string, version = 'v1') => ({
  key,
  version,
  body: `body of ${version}`,
  expiresAt: 4_102_444_800,
});

const clientOf = (endpoint: string, maxAttempts = 3): DynamoDBClient => {
  const client = new DynamoDBClient({ ...AWS, endpoint, maxAttempts });
  onTestFinished(() => client.destroy());
  return client;
};

const ledgerAt = (endpoint: string, maxAttempts = 3) => {
  const { log, lines } = keptLog();
  const dynamoDb = clientOf(endpoint, maxAttempts);
  return { ledger: makeDynamoLedger({ dynamoDb, log }, 'ledger'), lines };
};

/** Stands before DynamoDB and hands requests on, but breaks off before the answer to those that it is told to. */
const startBreaking = (breaks: (operation: string, nth: number) => boolean | Promise<boolean>) => {
  const counts = new Map<string, number>();
  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    const nth = (counts.get(operation) ?? 0) + 1;
    counts.set(operation, nth);
    const headers = Object.entries(request.headers).filter(([name]) => name !== 'content-length');
    const answer = await fetch(server.url, {
      method: 'POST',
      headers: Object.fromEntries(headers.map(([name, value]) => [name, String(value)])),
      body: await buffer(request),
    });
    const body = Buffer.from(await answer.arrayBuffer());
    if (await breaks(operation, nth)) response.destroy();
    else response.writeHead(answer.status, [...answer.headers].flat()).end(body);
  };
  return startBareServer((request, response) => void pass(request, response));
};

describe('a write whose reply was lost is found out by its version', () => {
  it('repeated by the client, it meets itself: written', async () => {
    const { ledger, lines } = ledgerAt(await startBreaking((op, nth) => op === WRITE && nth === 1));
    expect(await ledger.write(entry('lost once'), undefined)).toBe('written');
    expect(await ledger.write(entry('lost once', 'v2'), 'v1')).toBe('written');
    expect(lines).toEqual([]);
  });

  it('never answered, it is looked up: written', async () => {
    const { ledger } = ledgerAt(await startBreaking((op) => op === WRITE), 1);
    expect(await ledger.write(entry('lost for good'), undefined)).toBe('written');
    expect(await ledger.write(entry('lost for good', 'v2'), 'v1')).toBe('written');
  });

  it('where another has replaced it since, it is lost: what counts is the last', async () => {
    const direct = ledgerAt(server.url).ledger;
    const url = await startBreaking(async (op, nth) => {
      if (op !== WRITE || nth > 1) return false;
      await direct.write(entry('replaced', 'theirs'), 'ours');
      return true;
    });
    expect(await ledgerAt(url).ledger.write(entry('replaced', 'ours'), undefined)).toBe('lost');
    expect((await direct.read(['replaced']))?.get('replaced')?.version).toBe('theirs');
  });

  it('where the table does not answer, it is unknown', async () => {
    const { ledger, lines } = ledgerAt(await startBreaking(() => true), 1);
    expect(await ledger.write(entry('asked in vain'), undefined)).toBe('unknown');
    expect(lines.map(({ event }) => event)).toEqual(['ledger not read', 'ledger not written']);
  });
});

describe('the table is checked at start', () => {
  const { log, lines } = keptLog();
  const check = (table: string) => checkTable({ dynamoDb: clientOf(server.url), log }, table);

  it('one as it must be passes', async () => {
    await expect(check('ledger')).resolves.toBeUndefined();
  });

  it('one that is missing', async () => {
    const failure = check('nowhere');
    await expect(failure).rejects.toThrow(MisconfiguredError);
    await expect(failure).rejects.toThrow(/^LEDGER_TABLE names a table that does not exist$/);
  });

  it.each([
    ['id', 'S', 'id (S)'],
    ['pk', 'N', 'pk (N)'],
  ] as const)('one with the key %s of type %s', async (name, type, told) => {
    await createTable(server.dynamoDb, `by-${name}-${type}`, { name, type });
    await expect(check(`by-${name}-${type}`)).rejects.toEqual(
      new MisconfiguredError(
        `LEDGER_TABLE names a table that has the key ${told}: it must be pk (S) alone`,
      ),
    );
  });

  it('one that cannot be asked about now may be in reach when it is read', async () => {
    const dynamoDb = clientOf('http://127.0.0.1:1', 1);
    await expect(checkTable({ dynamoDb, log }, 'ledger')).resolves.toBeUndefined();
    expect(lines).toMatchObject([{ level: 'warn', event: 'ledger not checked' }]);
  });

  it('one that is mended later is found so, without a new start', async () => {
    const ready = keepChecking(() => check('made-late'));
    await expect(ready()).rejects.toThrow('does not exist');
    await createTable(server.dynamoDb, 'made-late');
    await expect(ready()).resolves.toBeUndefined();
  });
});
