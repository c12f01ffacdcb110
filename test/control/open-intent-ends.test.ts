import { describe, expect, it } from 'vitest';
import { noteEnd, noteReason, recallInto, stateOf } from '../../shared/control/open-intent.ts';
import { openParts } from '../../shared/control/open-intents.ts';
import {
  type BlockState,
  type End,
  readBlock,
  writeBlock,
} from '../../shared/ledger/block-record.ts';
import { jobIdOf } from '../../shared/operations/operation.ts';
import { message } from '../support/control-room.ts';
import { theOnly } from '../support/records-room.ts';

const open = () => theOnly(openParts([message('m', { jobs: ['1', '2'] })]).parts.values());

const stored = (...ends: readonly (readonly [number, End])[]): BlockState => ({
  invocation: 'theirs',
  verdicts: [],
  published: new Set(),
  asked: new Map(),
  ends: new Map(ends),
});

const before: End = { invocation: 'long ago', until: 100 };
const theirs: End = { invocation: 'theirs', until: 200 };
const ours: End = { invocation: 'ours', until: 300 };

describe('of several ends of requests for one job the latest is kept', () => {
  it('what the ledger knows is taken over, and written again', () => {
    const part = open();
    recallInto(part, stored([1, theirs]));
    expect([...part.ends]).toEqual([[1, theirs]]);
    expect(readBlock(writeBlock(stateOf(part, 'ours')))?.ends).toEqual(new Map([[1, theirs]]));
  });

  it('ours, which the ledger does not know yet, stays where an earlier one is read', () => {
    const part = open();
    const [, second] = part.intent.jobs;
    if (second === undefined) throw new Error('no job');
    noteEnd(part, jobIdOf(second), ours);
    recallInto(part, stored([0, theirs], [1, before]));
    expect(part.ends).toEqual(
      new Map([
        [0, theirs],
        [1, ours],
      ]),
    );
  });

  it('theirs counts where we knew only of one before it: a job that they saw served stays fenced', () => {
    const part = open();
    recallInto(part, stored([0, before], [1, before]));
    recallInto(part, stored([0, theirs], [1, before]));
    expect(part.ends).toEqual(
      new Map([
        [0, theirs],
        [1, before],
      ]),
    );
  });
});

describe('a request for a job that is not in a message', () => {
  it('leaves nothing in its record', () => {
    const part = open();
    const other = theOnly(openParts([message('n', { jobs: ['3'] })]).parts.values());
    for (const job of other.intent.jobs) noteEnd(part, jobIdOf(job), ours);
    expect([part.ends.size, part.changed]).toEqual([0, false]);
  });
});

describe('why a job was left without a verdict', () => {
  it.each(['', 'a'])(
    'is kept in whole characters, and few enough for its record: %s🙂…',
    (first) => {
      const part = open();
      noteReason(part, `${first}${'🙂'.repeat(200)}`);
      expect(part.reason?.length).toBeLessThanOrEqual(200);
      expect(part.reason?.isWellFormed()).toBe(true);
      expect(readBlock(writeBlock(stateOf(part, 'ours')))?.reason).toBe(part.reason);
    },
  );

  it('the last reason is told, not one that the ledger had before', () => {
    const part = open();
    noteReason(part, 'new');
    recallInto(part, { ...stored(), reason: 'old' });
    expect(part.reason).toBe('new');
    const again = open();
    recallInto(again, { ...stored(), reason: 'old' });
    expect(again.reason).toBe('old');
  });
});
