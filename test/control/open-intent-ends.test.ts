import { describe, expect, it } from 'vitest';
import { readBatch } from '../../shared/control/read-batch.ts';
import {
  type BlockState,
  type RequestEnd,
  readBlock,
  writeBlock,
} from '../../shared/ledger/block-record.ts';
import { jobIdOf } from '../../shared/operations/operation.ts';
import { message } from '../support/control-room.ts';
import { theOnly } from '../support/records-room.ts';

const open = () => theOnly(readBatch([message('m', { jobs: ['1', '2'] })]).openIntents.values());

const stored = (...ends: readonly (readonly [number, RequestEnd])[]): BlockState => ({
  invocation: 'theirs',
  verdicts: [],
  published: new Set(),
  requests: new Map(),
  ends: new Map(ends),
});

const before: RequestEnd = { invocation: 'long ago', until: 100 };
const theirs: RequestEnd = { invocation: 'theirs', until: 200 };
const ours: RequestEnd = { invocation: 'ours', until: 300 };

describe('of several ends of requests for one job the latest is kept', () => {
  it('what the ledger knows is taken over, and written again', () => {
    const openIntent = open();
    openIntent.record.takeOver(stored([1, theirs]));
    expect([...openIntent.record.ends]).toEqual([[1, theirs]]);
    expect(readBlock(writeBlock(openIntent.record.stateFor('ours')))?.ends).toEqual(
      new Map([[1, theirs]]),
    );
  });

  it('ours, which the ledger does not know yet, stays where an earlier one is read', () => {
    const openIntent = open();
    const [, second] = openIntent.intent.jobs;
    if (second === undefined) throw new Error('no job');
    expect(openIntent.record.isChanged).toBe(false);
    openIntent.noteEnd(jobIdOf(second), ours);
    expect(openIntent.record.isChanged).toBe(true);
    openIntent.record.takeOver(stored([0, theirs], [1, before]));
    expect(openIntent.record.ends).toEqual(
      new Map([
        [0, theirs],
        [1, ours],
      ]),
    );
  });

  it('theirs counts where we knew only of one before it: a job that they saw served stays fenced', () => {
    const openIntent = open();
    openIntent.record.takeOver(stored([0, before], [1, before]));
    openIntent.record.takeOver(stored([0, theirs], [1, before]));
    expect(openIntent.record.ends).toEqual(
      new Map([
        [0, theirs],
        [1, before],
      ]),
    );
  });
});

describe('a request for a job that is not in a message', () => {
  it('leaves nothing in its record', () => {
    const openIntent = open();
    const other = theOnly(readBatch([message('n', { jobs: ['3'] })]).openIntents.values());
    for (const job of other.intent.jobs) openIntent.noteEnd(jobIdOf(job), ours);
    expect([openIntent.record.ends.size, openIntent.record.isChanged]).toEqual([0, false]);
  });
});

describe('why a job was left without a verdict', () => {
  it.each(['', 'a'])(
    'is kept in whole characters, and few enough for its record: %s🙂…',
    (first) => {
      const openIntent = open();
      openIntent.record.noteReason(`${first}${'🙂'.repeat(200)}`);
      expect(openIntent.record.reason?.length).toBeLessThanOrEqual(200);
      expect(openIntent.record.reason?.isWellFormed()).toBe(true);
      expect(readBlock(writeBlock(openIntent.record.stateFor('ours')))?.reason).toBe(
        openIntent.record.reason,
      );
    },
  );

  it('the last reason is told, not one that the ledger had before', () => {
    const openIntent = open();
    openIntent.record.noteReason('new');
    openIntent.record.takeOver({ ...stored(), reason: 'old' });
    expect(openIntent.record.reason).toBe('new');
    const again = open();
    again.record.takeOver({ ...stored(), reason: 'old' });
    expect(again.record.reason).toBe('old');
  });
});
