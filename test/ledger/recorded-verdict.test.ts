import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OpenIntent } from '../../shared/control/open-intent.ts';
import { readBatch } from '../../shared/control/read-batch.ts';
import { MOST_JOBS_PER_MESSAGE, writeMessages } from '../../shared/intent/message.ts';
import { type RecordedVerdict, writeBlock } from '../../shared/ledger/block-record.ts';
import { recordedVerdict } from '../../shared/ledger/recorded-verdict.ts';
import { jobIdOf } from '../../shared/operations/operation.ts';
import { anyText } from '../support/arbitraries.ts';
import { recorded } from '../support/ledger-states.ts';
import { intentOf } from '../support/messages.ts';

/** DynamoDB's: an item's names and values together. The rest of the item takes some 200 bytes. */
const ITEM_BYTES = 400 * 1024 - 300;

const partsOf = (jobs: readonly string[]): readonly OpenIntent[] => {
  const messages = writeMessages(intentOf({ jobs }), 1024 * 1024);
  const batch = messages.map((message, i) => ({
    messageId: `m${i}`,
    body: JSON.stringify(message),
    receiveCount: 1,
  }));
  return [...readBatch(batch).openIntents.values()];
};

/** As bad as it gets: every job refused alone, in words of its own, in a call of its own. */
const refusalOf = (job: number, words: string): RecordedVerdict => ({
  outcome: 'rejected',
  evidence: 'positional',
  error: { code: `${job}${words}`, message: `${job} ${words.repeat(200)}` },
  call: { id: crypto.randomUUID(), size: 10_000, attempts: 15 },
  calledAt: 1_769_860_800_000 + job,
  settledAt: 1_769_860_801_000 + job,
});

describe('the record of a message fits the ledger, whatever the upstream says', () => {
  it.each([
    ['plain words', 'The job does not exist. '],
    ['words of three bytes a letter', '作业提交请求下发成功'],
    ['words that JSON writes at six bytes a letter', '\u0001\u0002\u0003'],
    ['surrogate pairs', '😀😀😀'],
    ['halves of surrogate pairs', '\ud83d\ud83d'],
    ['quotes and backslashes', '"\\'],
  ])('10,000 jobs and as many different refusals, in %s', (_, words) => {
    const jobs = Array.from({ length: 10_000 }, (_, i) =>
      String(9_000_000_000_000_000_000n + BigInt(i)),
    );
    let refused = 0;
    for (const openIntent of partsOf(jobs)) {
      for (const job of openIntent.intent.jobs) {
        openIntent.noteRequest(jobIdOf(job), {
          invocation: `invocation ${refused}`,
          mayBeServed: true,
        });
        openIntent.settle(jobIdOf(job), refusalOf(refused++, words));
      }
      const text = writeBlock(openIntent.record.stateFor(crypto.randomUUID()));
      expect(Buffer.byteLength(text)).toBeLessThan(ITEM_BYTES);
      for (const verdict of openIntent.record.verdicts) expect(verdict?.error?.code).toMatch(/^\d/);
    }
    expect(refused).toBe(10_000);
  });

  it('a hundred of the longest ids, of an intent with the longest names', () => {
    const jobs = Array.from({ length: 100 }, (_, i) => `${'j'.repeat(61)}${100 + i}`);
    const intent = intentOf({
      operation: 'drs.start',
      jobs,
      project_id: 'p'.repeat(64),
      caller: `rule:${'\u0001'.repeat(256)}`,
      correlation_id: '"'.repeat(128),
      expires_at: '2026-12-31T23:59:59.999Z',
    });
    const [message] = writeMessages(intent, 1024 * 1024);
    const [openIntent] = readBatch([
      { messageId: 'm', body: JSON.stringify(message), receiveCount: 1 },
    ]).openIntents;
    if (openIntent === undefined) throw new Error('no open intent');
    openIntent.record.noteReason('\u0001'.repeat(200));
    for (const [i, job] of openIntent.intent.jobs.entries()) {
      const invocation = crypto.randomUUID();
      openIntent.noteRequest(jobIdOf(job), { invocation, mayBeServed: true, suspects: 100 });
      openIntent.noteEnd(jobIdOf(job), { invocation, until: 1_769_860_830_000 + i });
      const unseen = { ...refusalOf(i, '\u0001'.repeat(9)), evidence: undefined };
      openIntent.settle(jobIdOf(job), unseen);
    }
    const text = writeBlock(openIntent.record.stateFor(crypto.randomUUID()));
    expect(Buffer.byteLength(text)).toBeLessThan(ITEM_BYTES);
    expect(Buffer.byteLength(text)).toBeGreaterThan(350_000);
  });

  it('one job with four megabytes to be told of', () => {
    const [openIntent] = partsOf(['131']);
    const theJob = openIntent?.intent.jobs.map(jobIdOf)[0];
    if (openIntent === undefined || theJob === undefined) throw new Error('no open intent');
    openIntent.settle(theJob, refusalOf(1, 'x'.repeat(20_000)));
    expect(Buffer.byteLength(writeBlock(openIntent.record.stateFor('i')))).toBeLessThan(2_000);
  });
});

describe('a verdict is cut no more than it must be', () => {
  const jobs = () => fc.integer({ min: 1, max: MOST_JOBS_PER_MESSAGE });

  it('its words alone, at their end; all else stays', () => {
    fc.assert(
      fc.property(recorded(), jobs(), (verdict, count) => {
        const { error, ...rest } = recordedVerdict(verdict, count);
        const { error: words, ...bare } = verdict;
        expect(rest).toEqual(bare);
        expect(error === undefined).toBe(words === undefined);
        const told = words?.message.toWellFormed() ?? '';
        expect(told.startsWith(error?.message ?? '')).toBe(true);
      }),
    );
  });

  it('in a message of a hundred jobs an event has room for a thousand letters', () => {
    const verdict = {
      ...refusalOf(1, 'x'),
      error: { code: 'DLI.0001', message: '作'.repeat(2_000) },
    };
    expect(recordedVerdict(verdict, 100).error).toEqual({
      code: 'DLI.0001',
      message: '作'.repeat(1_000),
    });
    const least = recordedVerdict(verdict, MOST_JOBS_PER_MESSAGE).error;
    expect(least?.code).toBe('DLI.0001');
    expect(least?.message.length).toBeGreaterThan(100);
  });

  it('a long code and a long message, and no letter in half', () => {
    const error = { code: 'C'.repeat(500), message: `x${'😀'.repeat(5_000)}` };
    const told = recordedVerdict({ ...refusalOf(1, ''), error }, 1).error;
    expect(told?.code).toBe('C'.repeat(100));
    expect(told?.message.length).toBeGreaterThan(990);
    expect(told?.message.isWellFormed()).toBe(true);
  });

  it('and what is cut is cut for good: cutting again changes nothing, and half a letter never stays', () => {
    fc.assert(
      fc.property(anyText(2_000), anyText(200), jobs(), (message, code, count) => {
        const once = recordedVerdict({ ...refusalOf(1, ''), error: { code, message } }, count);
        expect(recordedVerdict(once, count)).toEqual(once);
        expect(once.error?.message.isWellFormed() && once.error.code.isWellFormed()).toBe(true);
        expect(once.error?.code.length).toBeLessThanOrEqual(100);
        expect(once.error?.message.length).toBeLessThanOrEqual(1_000);
      }),
    );
  });
});

/** What is left of an error where a block of so many jobs is to hold it. */
const kept = (code: string, message: string, jobs: number) =>
  recordedVerdict(
    { outcome: 'rejected', error: { code, message }, calledAt: 0, settledAt: 0 },
    jobs,
  ).error;

/** In a block of 500 jobs: 380,000 bytes shared by all, less what a verdict takes without words. */
const ROOM = 500;

describe('the room for the words of a refusal is used to the last byte', () => {
  it('words that just fit are left whole', () => {
    expect(kept('', 'x'.repeat(ROOM), 500)).toEqual({ code: '', message: 'x'.repeat(ROOM) });
  });

  it('of longer ones as much is kept as fits', () => {
    expect(kept('', 'x'.repeat(ROOM + 1), 500)?.message).toBe('x'.repeat(ROOM));
  });

  it('code and message share it, and the code goes first', () => {
    expect(kept('DLI.0001', 'x'.repeat(ROOM), 500)).toEqual({
      code: 'DLI.0001',
      message: 'x'.repeat(ROOM - 8),
    });
  });

  it('a letter that takes more bytes in JSON takes more of it', () => {
    expect(kept('', '"'.repeat(ROOM), 500)?.message).toBe('"'.repeat(ROOM / 2));
    expect(kept('', '作'.repeat(ROOM), 500)?.message).toBe('作'.repeat(Math.floor(ROOM / 3)));
  });

  it('and where there is none no word is kept', () => {
    expect(kept('DLI.0001', 'words', 10_000)).toEqual({ code: '', message: '' });
  });
});
