import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBatch } from '../../shared/control/read-batch.ts';
import { writeMessages } from '../../shared/intent/message.ts';
import {
  messageKeyOf,
  type NotedRequest,
  readBlock,
  writeBlock,
} from '../../shared/ledger/block-record.ts';
import { anyText, oddJson } from '../support/arbitraries.ts';
import { blockState, recorded } from '../support/ledger-states.ts';
import { idAt, intentOf, PROJECT } from '../support/messages.ts';
import { maybeServed, unserved } from '../support/noted.ts';

describe('what is known of a block comes back from its record', () => {
  it('any state', () => {
    fc.assert(
      fc.property(blockState(), (state) => {
        const read = readBlock(writeBlock(state));
        expect(read).toEqual(state);
        expect(read && JSON.parse(writeBlock(read))).toEqual(JSON.parse(writeBlock(state)));
      }),
    );
  });

  it('one of a release that did not tell when a request ended: of no job it is known', () => {
    const text = '{"v":1,"invocation":"i","asked":[{"by":"i","jobs":"0-2"}],"verdicts":[]}';
    expect(readBlock(text)).toEqual({
      invocation: 'i',
      verdicts: [],
      published: new Set(),
      requests: new Map([0, 1, 2].map((index) => [index, maybeServed('i')])),
      ends: new Map(),
      reason: undefined,
    });
  });

  it('one in which no request is left without an answer is as short as before', () => {
    const state = {
      invocation: 'i',
      verdicts: [],
      published: new Set<number>(),
      requests: new Map(),
    };
    for (const ends of [undefined, new Map()])
      expect(
        Object.keys(JSON.parse(writeBlock({ ...state, ...(ends && { ends }) }))),
      ).not.toContain('ends');
  });

  it('of a job at the end of many', () => {
    const [verdict] = fc.sample(recorded(), 1);
    const verdicts = Array.from({ length: 10_000 }, (_, i) => (i === 9_999 ? verdict : undefined));
    const state = { invocation: 'i', verdicts, published: new Set([9_999]), requests: new Map() };
    expect(readBlock(writeBlock(state))?.verdicts[9_999]).toEqual(verdict);
    expect(readBlock(writeBlock(state))?.published).toEqual(new Set([9_999]));
  });
});

describe('a record tells what its block is about', () => {
  const [block] = readBatch([
    {
      messageId: 'm',
      receiveCount: 1,
      body: JSON.stringify(
        writeMessages(
          intentOf({ jobs: ['9223372036854775807', '131'], correlation_id: 'c' }),
          4_096,
        )[0],
      ),
    },
  ]).openIntents;
  const text = block && writeBlock(block.record.stateFor('i'));

  it('in this text', () => {
    expect(text).toBe(
      `{"v":1,"about":{"caller":"test","operation":"dli.run","project_id":"${PROJECT}","accepted_at":"2026-01-31T11:59:00.000Z","correlation_id":"c","job_count":2,"job_ids":"9223372036854775807 131"},"invocation":"i","asked":[],"verdicts":[]}`,
    );
  });

  it('a release before 0.2 wrote none, and no record of a message that does not tell of blocks has one', () => {
    const [whole] = readBatch([
      { messageId: 'm', receiveCount: 1, body: JSON.stringify(intentOf({})) },
    ]).openIntents;
    const old = whole && writeBlock(whole.record.stateFor('i'));
    expect(old).toBe('{"v":1,"invocation":"i","asked":[],"verdicts":[]}');
    expect(readBlock(old ?? '')).not.toHaveProperty('about');
  });
});

describe('a record is short', () => {
  it('jobs that share a verdict share an entry: a hundred take less than one write unit', () => {
    const verdict = {
      outcome: 'delivered',
      evidence: 'positional',
      call: { id: '01a1f89b-26ba-71df-a364-15cde11c143c', size: 100, attempts: 1 },
      calledAt: 1_769_860_800_000,
      settledAt: 1_769_860_800_040,
    } as const;
    const state = { invocation: idAt(1), published: new Set<number>(), requests: new Map() };
    const text = writeBlock({ ...state, verdicts: Array(100).fill(verdict) });
    expect(text.length).toBeLessThan(400);
    expect(writeBlock({ ...state, verdicts: Array(10_000).fill(verdict) }).length).toBeLessThan(
      400,
    );
  });
});

describe('jobs of one request share what is known of its end', () => {
  it('a hundred take one entry, and each other end one more', () => {
    const state = {
      invocation: 'i',
      verdicts: [],
      published: new Set<number>(),
      requests: new Map(),
    };
    const end = { invocation: 'one that sent', until: 1_769_860_830_000 };
    const ends = new Map(Array.from({ length: 100 }, (_, index) => [index, end]));
    expect(JSON.parse(writeBlock({ ...state, ends })).ends).toEqual([
      { by: 'one that sent', until: 1_769_860_830_000, jobs: '0-99' },
    ]);
    ends.set(7, { ...end, until: end.until + 1 });
    ends.set(8, { ...end, invocation: 'another' });
    expect(JSON.parse(writeBlock({ ...state, ends })).ends).toHaveLength(3);
    expect(readBlock(writeBlock({ ...state, ends }))?.ends).toEqual(ends);
  });
});

describe('a record that is not known here is told as such', () => {
  it.each([
    ['a version to come', '{"v":2,"invocation":"i","asked":[],"verdicts":[]}'],
    ['no version', '{"invocation":"i","asked":[],"verdicts":[]}'],
    ['another shape', '{"v":1,"verdicts":{}}'],
    ['an outcome to come', '{"v":1,"invocation":"i","asked":[],"verdicts":[{"outcome":"new"}]}'],
    ['no text', ''],
    ['no JSON', 'v1'],
  ])('%s', (_, text) => {
    expect(readBlock(text)).toBeUndefined();
  });

  it('and never thrown at, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          anyText(),
          oddJson().map((value) => JSON.stringify(value) ?? ''),
        ),
        (text) => {
          expect(readBlock(text)).toBeUndefined();
        },
      ),
    );
  });
});

describe('each message of an intent has a record of its own', () => {
  it('by its intent and its first job, for no job is in two messages of one intent', () => {
    expect(messageKeyOf(intentOf({ age: 1, jobs: ['131', '130'] }))).toBe(`intent/${idAt(1)}/131`);
    const task = { job_id: 'a', start_time: '5' };
    const start = intentOf({ age: 2, operation: 'drs.start', jobs: [task, 'b'] });
    expect(messageKeyOf(start)).toBe(`intent/${idAt(2)}/a`);
  });
});

describe('a request that was in vain is noted in the words of the releases before', () => {
  const state = (noted: NotedRequest) => ({
    invocation: 'i',
    verdicts: [],
    published: new Set<number>(),
    requests: new Map([[0, noted]]),
  });

  it.each([
    ['ours', maybeServed('ours')],
    ['nobody of ours', unserved('ours')],
    ['ours, one of 8', maybeServed('ours', 8)],
    ['nobody of ours, one of 8', unserved('ours', 8)],
  ])('%s', (words, noted) => {
    const text = writeBlock(state(noted));
    expect(JSON.parse(text).asked).toEqual([{ by: words, jobs: '0' }]);
    expect(readBlock(text)?.requests).toEqual(new Map([[0, noted]]));
  });

  it('law: it is read as it was written, for any invocation', () => {
    const noted = fc.record({
      invocation: fc.oneof(fc.uuid(), fc.constant('not nobody of us, one of 3 of all')),
      mayBeServed: fc.boolean(),
      suspects: fc.option(fc.integer({ min: 1, max: 10_000 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(noted, (one) => {
        expect(readBlock(writeBlock(state(one)))?.requests).toEqual(new Map([[0, one]]));
      }),
    );
  });
});
