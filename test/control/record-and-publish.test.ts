import { describe, expect, it } from 'vitest';
import type { OpenIntent } from '../../shared/control/open-intent.ts';
import { readBatch } from '../../shared/control/read-batch.ts';
import { makeRecordAndPublish } from '../../shared/control/record-and-publish.ts';
import type { Result } from '../../shared/intent/result.ts';
import { type RecordedVerdict, writeBlock } from '../../shared/ledger/block-record.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { jobIdOf } from '../../shared/operations/operation.ts';
import { message, outcomes } from '../support/control-room.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { NOW } from '../support/messages.ts';
import { maybeServed } from '../support/noted.ts';
import { recordAt, startRecords, theOnly } from '../support/records-room.ts';

const AT = Date.parse(NOW);
const DELIVERED: RecordedVerdict = {
  outcome: 'delivered',
  evidence: 'keyed',
  calledAt: AT,
  settledAt: AT,
};
const EXPIRED: RecordedVerdict = { outcome: 'expired', calledAt: AT + 1, settledAt: AT + 1 };

const open = (jobs: readonly string[] = ['131', '130']): OpenIntent =>
  theOnly(readBatch([message('m', { jobs })]).openIntents.values());

const settleJob = (openIntent: OpenIntent, job: string, verdict = DELIVERED): void => {
  const id = openIntent.intent.jobs.map(jobIdOf).find((text) => text === job);
  if (id !== undefined) openIntent.settle(id, verdict);
};

const begin = ({
  inner = memoryLedger(),
  takes = () => true,
}: {
  inner?: Ledger;
  takes?: (result: Result) => boolean;
} = {}) => {
  const { records, writes } = startRecords(inner);
  const published: Result[] = [];
  const conclude = makeRecordAndPublish({
    records,
    invocation: 'ours',
    publish: async (results) => {
      published.push(...results.filter(takes));
      return results.map(takes);
    },
  });
  const stored = ({ key }: OpenIntent) => recordAt(records.blocks, key);
  return { conclude, records, writes, published, stored };
};

describe('a verdict is recorded before it is published (P2)', () => {
  it('what goes to the bus is in the ledger by then', async () => {
    const openIntent = open();
    openIntent.settleOpen(DELIVERED);
    const { records } = startRecords();
    let atPublishing: unknown;
    const conclude = makeRecordAndPublish({
      records,
      invocation: 'ours',
      publish: async (results) => {
        atPublishing = (await recordAt(records.blocks, openIntent.key))?.verdicts;
        return results.map(() => true);
      },
    });
    expect(await conclude([openIntent])).toEqual([openIntent]);
    expect(atPublishing).toEqual([DELIVERED, DELIVERED]);
  });

  it('one write per message, and none for one without news', async () => {
    const [settled, waiting] = [open(['131']), open(['130'])];
    settled.settleOpen(DELIVERED);
    const { conclude, writes } = begin();
    expect(await conclude([settled, waiting])).toEqual([settled]);
    expect(writes.map(({ key }) => key)).toEqual([settled.key]);
  });

  it.each(['unknown', 'lost'] as const)(
    'where the write is %s for good, nothing is published and nothing done',
    async (written) => {
      const openIntent = open();
      openIntent.settleOpen(DELIVERED);
      const inner = { ...memoryLedger(), write: async () => written };
      const { conclude, published } = begin({ inner });
      expect(await conclude([openIntent])).toEqual([]);
      expect(published).toEqual([]);
    },
  );

  it('a message that cannot be recorded holds up no other', async () => {
    const [good, bad] = [open(['131']), open(['130'])];
    for (const openIntent of [good, bad]) openIntent.settleOpen(DELIVERED);
    const memory = memoryLedger();
    const inner: Ledger = {
      ...memory,
      write: async (entry, seen) => (entry.key === bad.key ? 'unknown' : memory.write(entry, seen)),
    };
    const { conclude, published } = begin({ inner });
    expect(await conclude([bad, good])).toEqual([good]);
    expect(outcomes(published)).toEqual(['131 delivered']);
  });
});

describe('where others have written too, their verdicts stand and ours are added', () => {
  /** What another invocation has recorded of the same message. */
  const record = async (inner: Ledger, change: (theirs: OpenIntent) => void) => {
    const theirs = open();
    change(theirs);
    const body = writeBlock(theirs.record.stateFor('theirs'));
    const entry = { key: theirs.key, version: crypto.randomUUID(), body, expiresAt: 0 };
    expect(await inner.write(entry, undefined)).toBe('written');
  };

  it('the first verdict on a job is the verdict', async () => {
    const inner = memoryLedger();
    await record(inner, (theirs) => settleJob(theirs, '131', EXPIRED));
    const openIntent = open();
    openIntent.settleOpen(DELIVERED);
    const { conclude, published, stored } = begin({ inner });
    expect(await conclude([openIntent])).toEqual([openIntent]);
    expect(outcomes(published)).toEqual(['130 delivered', '131 expired']);
    expect(published.find(({ job_id }) => job_id === '131')?.settled_at).toBe(
      new Date(AT + 1).toISOString(),
    );
    expect((await stored(openIntent))?.verdicts).toEqual([EXPIRED, DELIVERED]);
  });

  it('what they have published is passed over, what they were not answered is kept', async () => {
    const inner = memoryLedger();
    await record(inner, (theirs) => {
      settleJob(theirs, '131', EXPIRED);
      theirs.record.notePublished(0);
      for (const job of theirs.openJobs)
        theirs.noteRequest(jobIdOf(job), { invocation: 'theirs', mayBeServed: true });
    });
    const openIntent = open();
    settleJob(openIntent, '131');
    const { conclude, published, stored } = begin({ inner });
    expect(await conclude([openIntent])).toEqual([]);
    expect(published).toEqual([]);
    // What was served for a job that they gave up may not show yet: its claim stays open.
    expect((await stored(openIntent))?.requests).toEqual(
      new Map([
        [0, maybeServed('ours')],
        [1, maybeServed('theirs')],
      ]),
    );
  });

  it('though they write again and again', async () => {
    const inner = memoryLedger();
    let others = 3;
    const busy: Ledger = {
      read: inner.read,
      write: async (entry, seen) => {
        if (others-- > 0) await inner.write({ ...entry, version: `theirs ${others}` }, seen);
        return inner.write(entry, seen);
      },
    };
    const openIntent = open();
    openIntent.settleOpen(DELIVERED);
    const { conclude, published } = begin({ inner: busy });
    expect(await conclude([openIntent])).toEqual([openIntent]);
    expect(published).toHaveLength(2);
  });
});

describe('what is on the bus is not told again (P2)', () => {
  it('a message that comes back has it noted, and the next to have it tells the rest alone', async () => {
    const inner = memoryLedger();
    const openIntent = open();
    openIntent.settleOpen(DELIVERED);
    const first = begin({ inner, takes: ({ job_id }) => job_id === '131' });
    expect(await first.conclude([openIntent])).toEqual([]);
    expect((await first.stored(openIntent))?.published).toEqual(new Set([0]));

    const again = open();
    const second = begin({ inner });
    const state = await second.stored(again);
    if (state !== undefined) again.record.takeOver(state);
    expect(await second.conclude([again])).toEqual([again]);
    expect(outcomes(second.published)).toEqual(['130 delivered']);
  });

  it('where the bus takes nothing there is nothing to note', async () => {
    const openIntent = open();
    openIntent.settleOpen(DELIVERED);
    const { conclude, writes } = begin({ takes: () => false });
    expect(await conclude([openIntent])).toEqual([]);
    expect(writes).toHaveLength(1);
  });

  it('where it cannot be noted it is told again, and the message comes back all the same', async () => {
    const memory = memoryLedger();
    let writes = 0;
    const inner: Ledger = {
      ...memory,
      write: async (entry, seen) => (++writes === 1 ? memory.write(entry, seen) : 'unknown'),
    };
    const openIntent = open();
    settleJob(openIntent, '131');
    const { conclude, published } = begin({ inner });
    expect(await conclude([openIntent])).toEqual([]);
    expect(outcomes(published)).toEqual(['131 delivered']);
  });

  it('a message is done when every job of it is on the bus, and not before', async () => {
    const openIntent = open();
    settleJob(openIntent, '131');
    const { conclude, published } = begin();
    expect(await conclude([openIntent])).toEqual([]);
    settleJob(openIntent, '130');
    expect(await conclude([openIntent])).toEqual([openIntent]);
    expect(published.map(({ job_id }) => job_id)).toEqual(['131', '130']);
  });
});
