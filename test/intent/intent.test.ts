import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBatch } from '../../shared/control/read-batch.ts';
import { type Intent, operationOf } from '../../shared/intent/intent.ts';
import {
  BLOCK_JOBS,
  MOST_JOBS_PER_MESSAGE,
  readMessage,
  writeMessages,
} from '../../shared/intent/message.ts';
import { drsJobId, wish } from '../support/arbitraries.ts';
import { idAt, intentOf } from '../support/messages.ts';

const bytesOf = (part: Intent): number => Buffer.byteLength(JSON.stringify(part));

/** The smallest allowed `MAX_MESSAGE_BYTES`. */
const SMALLEST_LIMIT = 32 * 1024;

describe('an intent is read from the queue as it was written', () => {
  it('for any intent in one message', () => {
    fc.assert(
      fc.property(wish(), (wished) => {
        const intent = intentOf(wished);
        const parts = writeMessages(intent, 1_000_000);
        expect(parts.map((part) => readMessage(JSON.stringify(part)))).toEqual([
          { ok: true, intent: { ...intent, first: 0, job_count: intent.jobs.length } },
        ]);
      }),
    );
  });

  it('for any intent in several messages: each job once, in order, and all other fields in each', () => {
    fc.assert(
      fc.property(wish(), fc.nat({ max: 400 }), (wished, spare) => {
        const intent = intentOf(wished);
        const parts = writeMessages(intent, bytesOf({ ...intent, jobs: [] }) + spare, 1);
        expect(parts.flatMap((part) => part.jobs)).toEqual(intent.jobs);
        for (const part of parts) {
          expect(part.jobs.length).toBeGreaterThan(0);
          const job_count = intent.jobs.length;
          expect({ ...part, jobs: intent.jobs }).toEqual({
            ...intent,
            first: part.first,
            job_count,
          });
        }
      }),
    );
  });

  it('each message holds the stop that the intent follows', () => {
    const intent = intentOf({ age: 2, after: 1, jobs: ['1', '2', '3'] });
    expect(intent.after).toBe(idAt(1));
    const limit = bytesOf({ ...intent, first: 0, job_count: 3, jobs: [] }) + 8;
    expect(writeMessages(intent, limit, 1).map(({ after }) => after)).toEqual([idAt(1), idAt(1)]);
  });

  it.each(['', 'mine', 1, null])('`after` must be an intent id: %j', (after) => {
    const intent = intentOf({ age: 2 });
    expect(readMessage(JSON.stringify({ ...intent, after }))).toEqual({
      ok: false,
      reason: '#/after: must be a UUID',
    });
  });

  it('its operation has a row', () => {
    expect(operationOf(intentOf({ operation: 'dli.stop' })).name).toBe('dli.stop');
  });
});

describe('a message is within its limits', () => {
  it('for any intent at any limit that holds its largest job', () => {
    fc.assert(
      fc.property(wish(), fc.nat({ max: 400 }), (wished, spare) => {
        const intent = intentOf(wished);
        const first = intent.jobs.length;
        const largest = Math.max(
          ...intent.jobs.map((job) => bytesOf({ ...intent, first, job_count: first, jobs: [job] })),
        );
        for (const part of writeMessages(intent, largest + 1 + spare, 1))
          expect(bytesOf(part)).toBeLessThanOrEqual(largest + 1 + spare);
      }),
    );
  });

  it('two messages in a row would never fit into one', () => {
    fc.assert(
      fc.property(wish(), fc.nat({ max: 400 }), (wished, spare) => {
        const intent = intentOf(wished);
        const first = intent.jobs.length;
        const limit = bytesOf({ ...intent, first, job_count: first, jobs: [] }) + 120 + spare;
        const parts = writeMessages(intent, limit, 1);
        for (const [i, part] of parts.slice(1).entries()) {
          const both = {
            ...intent,
            first,
            job_count: first,
            jobs: [...(parts[i]?.jobs ?? []), ...part.jobs],
          };
          expect(bytesOf(both)).toBeGreaterThan(limit - 1);
        }
      }),
    );
  });

  it('a job that does not fit gets a message of its own', () => {
    const intent = intentOf({ jobs: ['1', '2', '9223372036854775807', '3'] });
    const envelope = bytesOf({ ...intent, first: 4, job_count: 4, jobs: [] });
    const parts = writeMessages(intent, envelope + 10, 1);
    expect(parts.map(({ jobs }) => jobs)).toEqual([['1', '2'], ['9223372036854775807'], ['3']]);
  });

  it('a block of the longest jobs fits the smallest limit', () => {
    const jobs = Array.from({ length: BLOCK_JOBS }, (_, i) => ({
      job_id: `${'j'.repeat(61)}${100 + i}`,
      start_time: '9'.repeat(16),
    }));
    const longest = {
      ...intentOf({
        operation: 'drs.start',
        project_id: 'p'.repeat(64),
        jobs,
        caller: `rule:${'\u0001'.repeat(256)}`,
        correlation_id: '"'.repeat(128),
        expires_at: '2026-12-31T23:59:59.999Z',
        traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
      }),
      key: 'f'.repeat(32),
      event_id: '"'.repeat(128),
      after_name: '"'.repeat(128),
      sequence: `n${'9'.repeat(20)}`,
      first: 9_900,
      job_count: 10_000,
    };
    const perJob = 250;
    expect(bytesOf(longest) - bytesOf({ ...longest, jobs: [] })).toBeLessThan(BLOCK_JOBS * perJob);
    expect(bytesOf({ ...longest, jobs: [] }) + BLOCK_JOBS * perJob).toBeLessThan(SMALLEST_LIMIT);
  });

  it('a message has at most 500 jobs, and there are as few messages as that allows', () => {
    const jobs = Array.from({ length: 10_000 }, (_, i) => String(i));
    const parts = writeMessages(intentOf({ jobs }), 256 * 1024);
    expect(parts.map((part) => part.jobs.length)).toEqual(Array(20).fill(500));
    expect(parts.flatMap((part) => part.jobs)).toEqual(jobs);
  });

  it('ten thousand tasks with start times become as few messages as their size allows', () => {
    const ids =
      fc.sample(fc.uniqueArray(drsJobId(), { minLength: 50 }), { numRuns: 1, seed: 1 })[0] ?? [];
    const jobs = Array.from({ length: 10_000 }, (_, i) => ({
      job_id: `${ids[i % ids.length]?.slice(0, 50)}-${i}`,
      start_time: '1599202771816',
    }));
    const parts = writeMessages(intentOf({ operation: 'drs.start', jobs }), 32 * 1024);
    // Short ids fill a message by their number before they fill it by their size.
    const bySize = Math.ceil(bytesOf(intentOf({ operation: 'drs.start', jobs })) / 28_000);
    expect(parts.length).toBeLessThanOrEqual(Math.max(bySize, jobs.length / MOST_JOBS_PER_MESSAGE));
  });
});

describe('records do not depend on how an intent was cut into messages', () => {
  const message = (intent: Intent, i: number) => ({
    messageId: `${i}`,
    body: JSON.stringify(intent),
    receiveCount: 1,
  });
  /** The jobs of each record, by its key. */
  const recordsOf = (messages: readonly Intent[], blockJobs: number) => {
    const { openIntents, sizes, unreadable } = readBatch(messages.map(message), { blockJobs });
    expect(unreadable).toEqual([]);
    expect([...sizes.values()].reduce((a, b) => a + b, 0)).toBe(openIntents.length);
    return new Map(openIntents.map(({ key, intent }) => [key, intent.jobs]));
  };

  it('for any two limits and any block size, each job has the same record and place', () => {
    fc.assert(
      fc.property(
        wish(),
        fc.integer({ min: 1, max: 9 }),
        fc.nat({ max: 3_000 }),
        fc.nat({ max: 3_000 }),
        (wished, blockJobs, one, other) => {
          const intent = intentOf(wished);
          const cut = (limit: number) =>
            recordsOf(writeMessages(intent, limit, blockJobs), blockJobs);
          expect(cut(one)).toEqual(cut(other));
          expect([...cut(one).values()].flat()).toEqual(intent.jobs);
        },
      ),
    );
  });

  it('a message that does not begin with a block is unreadable', () => {
    const { unreadable } = readBatch([message({ ...intentOf({}), first: 50 }, 1)]);
    expect(unreadable.map(({ reason }) => reason)).toEqual([
      'the message begins within a block of jobs',
    ]);
  });

  it('a message without `first` keeps its old record', () => {
    const { openIntents } = readBatch([message(intentOf({ jobs: ['7', '8'] }), 1)]);
    expect(openIntents.map(({ key }) => key)).toEqual([`intent/${idAt(1)}/7`]);
  });
});

describe('a message is filled up', () => {
  const intent = intentOf({ jobs: ['1', '2', '3', '4'] });
  const envelope = bytesOf({ ...intent, first: 4, job_count: 4, jobs: [] });
  const jobsAt = (room: number) =>
    writeMessages(intent, envelope + room, 1).map(({ jobs }) => jobs.length);

  it('two jobs of four bytes each, with commas, share a message with room for eight', () => {
    expect(jobsAt(8)).toEqual([2, 2]);
    expect(jobsAt(7)).toEqual([1, 1, 1, 1]);
  });

  it('five hundred jobs fill a message, whatever room is left', () => {
    const jobs = Array.from({ length: 501 }, (_, i) => String(i));
    expect(writeMessages(intentOf({ jobs }), 1_000_000).map((part) => part.jobs.length)).toEqual([
      500, 1,
    ]);
  });
});
