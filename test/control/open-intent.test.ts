import { describe, expect, it } from 'vitest';
import { OpenIntent } from '../../shared/control/open-intent.ts';
import { readBatch } from '../../shared/control/read-batch.ts';
import { wakesAt } from '../../shared/control/waiting.ts';
import type { RecordedVerdict } from '../../shared/ledger/block-record.ts';
import { jobIdOf } from '../../shared/operations/operation.ts';
import { message } from '../support/control-room.ts';
import { idAt, intentOf } from '../support/messages.ts';
import { maybeServed, unserved } from '../support/noted.ts';
import { theOnly } from '../support/records-room.ts';

const SEEN: RecordedVerdict = {
  outcome: 'delivered',
  evidence: 'keyed',
  calledAt: 1,
  settledAt: 2,
};
const EXPIRED: RecordedVerdict = { outcome: 'expired', calledAt: 3, settledAt: 3 };

const OURS = { invocation: 'ours', mayBeServed: true };

const open = (): OpenIntent =>
  theOnly(readBatch([message('m', { jobs: ['1', '2'] })]).openIntents.values());

const idOf = (job: string) => jobIdOf(theOnly(intentOf({ jobs: [job] }).jobs));

describe('a message that names a job twice is none of ours, and cannot be read', () => {
  it('with other options or without', () => {
    const twice = message('twice', { jobs: ['1', '2', '1'] });
    const other = {
      operation: 'drs.start',
      jobs: ['a', { job_id: 'a', start_time: '5' }],
    } as const;
    const { openIntents, unreadable } = readBatch([twice, message('odd', other), message('m', {})]);
    expect([...openIntents.values()].flatMap(({ messages }) => messages)).toEqual([
      message('m', {}),
    ]);
    const reason = 'the message names a job twice';
    expect(unreadable.map((one) => [one.message.messageId, one.reason])).toEqual([
      ['twice', reason],
      ['odd', reason],
    ]);
  });
});

describe('an intent that the queue gives twice', () => {
  it.each([
    [[5, 3], 3],
    [[3, 5], 3],
  ])('is as old as the copy that the queue took first: %j', (ages, least) => {
    const openIntent = open();
    const first = idAt(ages[0] ?? least);
    const before = new OpenIntent(openIntent.key, openIntent.intent, first);
    for (const age of ages) before.addMessage(message('m', {}), idAt(age));
    expect(before.age).toBe(idAt(least));
    expect(before.messages).toHaveLength(2);
  });
});

describe('the first verdict on a job stands', () => {
  it('a second one changes nothing, nor does one on a job of another intent', () => {
    const openIntent = open();
    openIntent.settle(idOf('1'), SEEN);
    openIntent.record.wasRecorded('version');
    openIntent.settle(idOf('1'), EXPIRED);
    openIntent.settle(idOf('9'), SEEN);
    expect([openIntent.record.verdicts, openIntent.record.isChanged]).toEqual([[SEEN], false]);
    expect(openIntent.openJobs).toEqual(['2']);
  });

  it('what others do not know takes nothing away', () => {
    const openIntent = open();
    openIntent.settle(idOf('1'), SEEN);
    openIntent.noteRequest(idOf('2'), OURS);
    openIntent.record.takeOver({
      invocation: 'theirs',
      verdicts: [undefined],
      published: new Set([0]),
      requests: new Map([
        [0, maybeServed('theirs')],
        [1, maybeServed('theirs')],
      ]),
    });
    expect(openIntent.record.verdicts).toEqual([SEEN]);
    expect([...openIntent.record.published]).toEqual([0]);
    // A verdict that was seen ends every noted request for the job.
    expect([...openIntent.record.requests]).toEqual([[1, maybeServed('ours')]]);
  });
});

describe('another invocation has given up a job whose request was served here', () => {
  const REFUSED: RecordedVerdict = { ...SEEN, outcome: 'rejected' };
  const LOOKED: RecordedVerdict = { ...SEEN, evidence: 'observed' };
  const NOTED = [[0, maybeServed('ours')]];

  it.each<[string, RecordedVerdict, RecordedVerdict, boolean, unknown]>([
    ['so its claim stays open', SEEN, EXPIRED, false, NOTED],
    ['not if that was refused', REFUSED, EXPIRED, false, []],
    ['nor if nothing was seen of it', EXPIRED, EXPIRED, false, []],
    ['nor if the other has seen it too', SEEN, LOOKED, false, []],
    ['nor if a look alone has shown it', LOOKED, EXPIRED, false, []],
    ['but if that look was after a request of its own', LOOKED, EXPIRED, true, NOTED],
  ])('%s', (_, ours, theirs, isRequested, noted) => {
    const { record } = open();
    if (isRequested) record.noteEnd(0, { invocation: 'ours', until: 9 });
    record.settle(0, ours);
    const state = {
      invocation: 'theirs',
      verdicts: [theirs],
      published: new Set<number>(),
      requests: new Map(),
    };
    record.takeOverFrom(state, 'v2', 'ours');
    expect([record.version, record.verdicts[0]]).toEqual(['v2', theirs]);
    expect([...record.requests]).toEqual(noted);
  });
});

describe('a request that may have been served is noted until something is seen of it', () => {
  it.each([
    ['a verdict that was seen ends that', SEEN, []],
    ['one that rests on nothing seen does not', EXPIRED, [[0, maybeServed('ours')]]],
  ])('%s', (_, verdict, asked) => {
    const openIntent = open();
    openIntent.noteRequest(idOf('1'), OURS);
    expect([[...openIntent.record.requests], openIntent.record.isChanged]).toEqual([
      [[0, maybeServed('ours')]],
      true,
    ]);
    openIntent.settle(idOf('1'), verdict);
    expect([...openIntent.record.requests]).toEqual(asked);
  });

  it('a suspicion stays until there is a closer one', () => {
    const openIntent = open();
    const notes: unknown[] = [];
    for (const suspects of [8, undefined, 2]) {
      openIntent.noteRequest(idOf('1'), { ...OURS, mayBeServed: false, suspects });
      notes.push(openIntent.record.requests.get(0));
    }
    expect(notes).toEqual([unserved('ours', 8), unserved('ours', 8), unserved('ours', 2)]);
  });

  it('not for a job that is settled, nor for a job of another intent', () => {
    const openIntent = open();
    openIntent.settle(idOf('1'), SEEN);
    openIntent.record.wasRecorded('version');
    for (const job of ['1', '9']) openIntent.noteRequest(idOf(job), OURS);
    expect([openIntent.record.requests.size, openIntent.record.isChanged]).toEqual([0, false]);
  });
});

describe('an open intent that can but wait for leases sleeps until the first of them has lapsed', () => {
  it.each<[string, Readonly<Record<string, number | RecordedVerdict>>, number | undefined]>([
    ['one may be called at any time', {}, undefined],
    ['so may one whose sibling waits', { 2: 70 }, undefined],
    ['both wait', { 1: 70, 2: 60 }, 60],
    ['what is settled waits for nothing', { 1: SEEN, 2: 70 }, 70],
    ['nor has an open intent that is settled to sleep', { 1: SEEN, 2: EXPIRED }, undefined],
    ['a job of another intent does not wake it', { 1: 70, 2: 60, 9: 50 }, 60],
  ])('%s', (_, jobs, at) => {
    const openIntent = open();
    for (const [job, state] of Object.entries(jobs))
      if (typeof state === 'number')
        openIntent.wait({ why: 'not before', job: idOf(job), until: state });
      else openIntent.settle(idOf(job), state);
    expect(wakesAt(openIntent)).toBe(at);
  });

  it('a lease of a job that was settled since does not keep it asleep', () => {
    const openIntent = open();
    openIntent.wait({ why: 'not before', job: idOf('1'), until: 60 });
    openIntent.wait({ why: 'not before', job: idOf('2'), until: 70 });
    openIntent.settle(idOf('1'), SEEN);
    expect(wakesAt(openIntent)).toBe(70);
  });
});
