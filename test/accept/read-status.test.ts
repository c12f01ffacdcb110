import { describe, expect, it } from 'vitest';
import { makeReadStatus } from '../../shared/accept/read-status.ts';
import { readBatch } from '../../shared/control/read-batch.ts';
import { writeMessages } from '../../shared/intent/message.ts';
import { aliasCodec, aliasKeyOf } from '../../shared/ledger/alias-record.ts';
import type { RecordedVerdict } from '../../shared/ledger/block-record.ts';
import { jobIdOf } from '../../shared/operations/operation.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { idAt, intentOf, PROJECT, type Wish } from '../support/messages.ts';
import { startRecords } from '../support/records-room.ts';

const DELIVERED: RecordedVerdict = {
  outcome: 'delivered',
  evidence: 'keyed',
  call: { id: 'c', size: 1, attempts: 1 },
  calledAt: 1_769_860_800_000,
  settledAt: 1_769_860_800_500,
};

const AT = '2026-01-31T12:00:00.500Z';

/** An intent in the ledger, of which some blocks were written, each with verdicts on its first jobs. */
const begin = async (
  wish: Wish,
  blocks: Readonly<Record<number, readonly RecordedVerdict[]>>,
  blockJobs = 2,
) => {
  const memory = memoryLedger();
  const asked: string[] = [];
  const { records } = startRecords({
    ...memory,
    read: (keys, ...more) => {
      asked.push(...keys);
      return memory.read(keys, ...more);
    },
  });
  const messages = writeMessages(intentOf({ caller: 'bot', ...wish }), 1_000, blockJobs);
  const batch = messages.map((message, i) => ({
    messageId: `${i}`,
    body: JSON.stringify(message),
    receiveCount: 1,
  }));
  const { openIntents } = readBatch(batch, { blockJobs });
  for (const [i, verdicts] of Object.entries(blocks)) {
    const openIntent = openIntents[Number(i)];
    if (openIntent === undefined) throw new Error('no such block');
    for (const [place, verdict] of verdicts.entries()) {
      const job = openIntent.intent.jobs[place];
      if (job !== undefined) openIntent.settle(jobIdOf(job), verdict);
    }
    await records.blocks.write(openIntent.key, openIntent.record.stateFor('i'), undefined);
  }
  return { records, asked, read: makeReadStatus(records, blockJobs) };
};

describe('the status of an intent', () => {
  it('is untold before the control loop has written anything', async () => {
    const { read } = await begin({ jobs: ['1'] }, {});
    expect(await read(idAt(1), 'bot')).toEqual({ kind: 'untold' });
  });

  it('is settled once each job has its verdict, with what the results say', async () => {
    const refused: RecordedVerdict = {
      ...DELIVERED,
      outcome: 'rejected',
      error: { code: 'DLI.0002', message: 'The job does not exist.' },
    };
    const wish = { jobs: ['9223372036854775807', '2'], correlation_id: 'c' };
    const { read } = await begin(wish, { 0: [DELIVERED, refused] });
    expect(await read(idAt(1), 'bot')).toEqual({
      kind: 'told',
      status: {
        intent_id: idAt(1),
        status: 'settled',
        operation: 'dli.run',
        project_id: PROJECT,
        accepted_at: '2026-01-31T11:59:00.000Z',
        correlation_id: 'c',
        job_count: 2,
        jobs: [
          {
            job_id: '9223372036854775807',
            outcome: 'delivered',
            evidence: 'keyed',
            settled_at: AT,
          },
          {
            job_id: '2',
            outcome: 'rejected',
            evidence: 'keyed',
            error: { code: 'DLI.0002', message: 'The job does not exist.' },
            settled_at: AT,
          },
        ],
      },
    });
  });

  it('tells which newer intent came first', async () => {
    const { read } = await begin(
      { jobs: ['1'] },
      { 0: [{ outcome: 'superseded', superseded_by: idAt(7), calledAt: 0, settledAt: 0 }] },
    );
    expect(await read(idAt(1), 'bot')).toMatchObject({
      status: { jobs: [{ outcome: 'superseded', superseded_by: idAt(7) }] },
    });
  });

  it.each([
    ['one job of a block has none yet', { 0: [DELIVERED] }, ['1 delivered', '2 -']],
    ['a block is not written', { 0: [DELIVERED, DELIVERED] }, ['1 delivered', '2 delivered']],
    [
      'the last block has one of two',
      { 0: [DELIVERED, DELIVERED], 1: [DELIVERED] },
      ['1 delivered', '2 delivered', '3 delivered', '4 -'],
    ],
  ])('is in progress while %s', async (_, blocks, jobs) => {
    const { read } = await begin({ jobs: ['1', '2', '3', '4'] }, blocks);
    const told = await read(idAt(1), 'bot');
    if (told.kind !== 'told') throw new Error(told.kind);
    expect(told.status.status).toBe('in_progress');
    expect(told.status.job_count).toBe(4);
    expect(told.status.jobs?.map(({ job_id, outcome }) => `${job_id} ${outcome ?? '-'}`)).toEqual(
      jobs,
    );
  });

  it('is settled over several messages and blocks', async () => {
    const jobs = Array.from({ length: 9 }, (_, i) => `900000000000000000${i}`);
    const all = Object.fromEntries([0, 1, 2, 3, 4].map((i) => [i, [DELIVERED, DELIVERED]]));
    const { read, asked } = await begin({ jobs, correlation_id: 'c'.repeat(100) }, all);
    expect(await read(idAt(1), 'bot')).toMatchObject({
      status: { status: 'settled', jobs: jobs.map((job_id) => ({ job_id })) },
    });
    // The record of an alias may be asked for besides. No block is that there is not.
    expect(asked.filter((key) => key.startsWith('intent/'))).toHaveLength(5);
  });

  it('of another caller is not told, by its own id nor by an alias', async () => {
    const { read, records } = await begin({ jobs: ['1'] }, { 0: [DELIVERED] });
    const alias = { intent_id: idAt(1), caller: 'bot' };
    await records.of(aliasCodec).write(aliasKeyOf(idAt(2)), alias, undefined);
    expect(await read(idAt(1), 'other')).toEqual({ kind: 'not theirs' });
    expect(await read(idAt(2), 'other')).toEqual({ kind: 'not theirs' });
  });

  it('is found by the id that the sender of a repeat was told', async () => {
    const { read, records } = await begin({ jobs: ['1'] }, { 0: [DELIVERED] });
    const alias = { intent_id: idAt(1), caller: 'bot' };
    await records.of(aliasCodec).write(aliasKeyOf(idAt(2)), alias, undefined);
    expect(await read(idAt(2), 'bot')).toEqual(await read(idAt(1), 'bot'));
    expect(await read(idAt(2), 'bot')).toMatchObject({ status: { intent_id: idAt(1) } });
  });

  it('is untold by a record that a release before 0.2 wrote', async () => {
    const { records } = startRecords();
    const state = { invocation: 'i', verdicts: [DELIVERED], published: new Set<number>() };
    await records.blocks.write(
      `intent/${idAt(1)}/#0`,
      { ...state, requests: new Map() },
      undefined,
    );
    expect(await makeReadStatus(records)(idAt(1), 'bot')).toEqual({ kind: 'untold' });
  });

  it('is out of reach with the ledger, or with any block of it', async () => {
    const memory = memoryLedger();
    for (const hides of ['/#0', 'alias/', '/#1']) {
      const { records } = startRecords({
        ...memory,
        read: async (keys) =>
          keys.some((key) => key.includes(hides)) ? undefined : memory.read(keys),
      });
      if (hides === '/#1') {
        const about = {
          caller: 'bot',
          operation: 'dli.run' as const,
          project_id: intentOf({}).project_id,
          accepted_at: AT,
          job_count: 101,
          job_ids: [],
        };
        const state = { about, invocation: 'i', verdicts: [], published: new Set<number>() };
        await records.blocks.write(
          `intent/${idAt(1)}/#0`,
          { ...state, requests: new Map() },
          undefined,
        );
      }
      expect(await makeReadStatus(records)(idAt(1), 'bot')).toEqual({ kind: 'unreachable' });
    }
  });

  it('of ten thousand jobs that were refused at length fits Lambda’s answer', async () => {
    const jobs = Array.from(
      { length: 10_000 },
      (_, i) => `${9_000_000_000_000_000_000n + BigInt(i)}`,
    );
    const refused: RecordedVerdict = {
      ...DELIVERED,
      outcome: 'rejected',
      error: { code: 'DLI.0001', message: '\u0001'.repeat(1_000) },
    };
    const all = Object.fromEntries(
      Array.from({ length: 100 }, (_, i) => [i, Array(100).fill(refused)]),
    );
    const { records } = startRecords();
    const messages = writeMessages(intentOf({ caller: 'bot', jobs }), 262_144);
    const batch = messages.map((message, i) => ({
      messageId: `${i}`,
      body: JSON.stringify(message),
      receiveCount: 1,
    }));
    for (const [i, openIntent] of readBatch(batch).openIntents.entries()) {
      for (const [place, job] of openIntent.intent.jobs.entries())
        openIntent.settle(jobIdOf(job), all[i]?.[place] ?? DELIVERED);
      await records.blocks.write(openIntent.key, openIntent.record.stateFor('i'), undefined);
    }
    const told = await makeReadStatus(records)(idAt(1), 'bot');
    expect(told).toMatchObject({ status: { status: 'settled' } });
    expect(Buffer.byteLength(JSON.stringify(told))).toBeLessThan(5_500_000);
  });
});
