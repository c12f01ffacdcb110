import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openCloud } from '../../bench/rig/cloud.ts';
import { USUAL } from '../../bench/rig/workloads.ts';
import { SILENT_LOG } from '../../shared/json/log.ts';
import { makeDynamoLedger } from '../../shared/ledger/ledger-dynamodb.ts';

const open = async (upstream = USUAL) => {
  const cloud = await openCloud({ awsMs: [0, 0], upstream, visibilityMs: 30_000 });
  onTestFinished(cloud.close);
  return cloud;
};

describe('the table of the bench', () => {
  it('writes what our ledger writes, each under its condition, and counts its units', async () => {
    const { url: endpoint, counter } = await open();
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
    const dynamoDb = new DynamoDBClient({ endpoint, region: 'eu-central-1', credentials });
    onTestFinished(() => dynamoDb.destroy());
    const log = SILENT_LOG;
    const ledger = makeDynamoLedger({ dynamoDb, log }, 'ledger');
    const entry = (version: string) => ({
      key: 'k',
      version,
      body: 'x'.repeat(1_500),
      expiresAt: 1,
    });

    expect(await ledger.write(entry('1'), undefined)).toBe('written');
    expect(await ledger.write(entry('2'), undefined)).toBe('lost');
    expect(await ledger.write(entry('2'), '1')).toBe('written');
    expect((await ledger.read(['k']))?.get('k')?.version).toBe('2');
    // Three writes of 1.5 KB; the one that was lost counts too.
    expect(counter.counts()['write units']).toBe(6);
    const before = counter.counts()['read units'] ?? 0;
    await ledger.read(['k', 'nothing']);
    expect(counter.counts()['read units']).toBe(before + 2);
    await ledger.read(['k', 'nothing'], 'may be late');
    expect(counter.counts()['read units']).toBe(before + 3);
  });
});

describe('the upstream of the bench', () => {
  const path = '/v1.0/p/streaming/jobs/run';

  it('refuses a whole call for one bad id, and does nothing', async () => {
    const { upstream } = await open({ ...USUAL, badIds: new Set(['2']) });
    expect(await upstream.answer(path, '{"job_ids": [1,2]}')).toMatchObject({ status: 400 });
    expect(upstream.effectsOf('1')).toEqual([]);
  });

  it('throttles the call above those that one project may have at once', async () => {
    const { upstream } = await open({ ...USUAL, callsAtOnce: 2 });
    const replies = await Promise.all(
      [1, 2, 3].map((id) => upstream.answer(path, `{"job_ids": [${id}]}`)),
    );
    expect(replies.map((reply) => reply?.status)).toEqual([200, 200, 429]);
    expect(upstream.effectsOf('3')).toEqual([]);
  });
});
