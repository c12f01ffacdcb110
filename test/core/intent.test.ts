import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Intent, operationOf, readMessage, writeMessages } from '../../shared/core/intent.ts';
import { drsJobId, wish } from '../support/arbitraries.ts';
import { idAt, intentOf } from '../support/messages.ts';

const bytesOf = (part: Intent): number => Buffer.byteLength(JSON.stringify(part));

/** The least that `MAX_MESSAGE_BYTES` may be set to. */
const SMALLEST_LIMIT = 1024;

describe('an intent comes out of the queue as it went in', () => {
  it('for any intent in one message', () => {
    fc.assert(
      fc.property(wish(), (wished) => {
        const intent = intentOf(wished);
        const parts = writeMessages(intent, 1_000_000);
        expect(parts.map((part) => readMessage(JSON.stringify(part)))).toEqual([
          { ok: true, intent },
        ]);
      }),
    );
  });

  it('for any intent in several messages under one id: each job once, in order, all else in each', () => {
    fc.assert(
      fc.property(wish(), fc.nat({ max: 400 }), (wished, spare) => {
        const intent = intentOf(wished);
        const parts = writeMessages(intent, bytesOf({ ...intent, jobs: [] }) + spare);
        expect(parts.flatMap((part) => part.jobs)).toEqual(intent.jobs);
        for (const part of parts) {
          expect(part.jobs.length).toBeGreaterThan(0);
          expect({ ...part, jobs: intent.jobs }).toEqual(intent);
        }
      }),
    );
  });

  it('with the intent that it is to follow, in each of its messages', () => {
    const intent = intentOf({ age: 2, after: 1, jobs: ['1', '2', '3'] });
    expect(intent.after).toBe(idAt(1));
    const limit = bytesOf({ ...intent, jobs: [] }) + 8;
    expect(writeMessages(intent, limit).map(({ after }) => after)).toEqual([idAt(1), idAt(1)]);
  });

  it.each(['', 'mine', 1, null])('which has to be one: %j', (after) => {
    const intent = intentOf({ age: 2 });
    expect(readMessage(JSON.stringify({ ...intent, after }))).toEqual({
      ok: false,
      reason: '#/after: must be a UUID',
    });
  });

  it('and has the row of its operation', () => {
    expect(operationOf(intentOf({ operation: 'dli.stop' })).name).toBe('dli.stop');
  });
});

describe('a message is no larger than it may be', () => {
  it('for any intent at any limit that holds its largest job', () => {
    fc.assert(
      fc.property(wish(), fc.nat({ max: 400 }), (wished, spare) => {
        const intent = intentOf(wished);
        const largest = Math.max(...intent.jobs.map((job) => bytesOf({ ...intent, jobs: [job] })));
        for (const part of writeMessages(intent, largest + 1 + spare))
          expect(bytesOf(part)).toBeLessThanOrEqual(largest + 1 + spare);
      }),
    );
  });

  it('and no smaller than it need be: two parts in a row never fit one message', () => {
    fc.assert(
      fc.property(wish(), fc.nat({ max: 400 }), (wished, spare) => {
        const intent = intentOf(wished);
        const limit = bytesOf({ ...intent, jobs: [] }) + 120 + spare;
        const parts = writeMessages(intent, limit);
        for (const [i, part] of parts.slice(1).entries()) {
          const both = { ...intent, jobs: [...(parts[i]?.jobs ?? []), ...part.jobs] };
          expect(bytesOf(both)).toBeGreaterThan(limit - 1);
        }
      }),
    );
  });

  it('a job that cannot fit goes alone, and takes no other with it', () => {
    const intent = intentOf({ jobs: ['1', '2', '9223372036854775807', '3'] });
    const envelope = bytesOf({ ...intent, jobs: [] });
    const parts = writeMessages(intent, envelope + 10);
    expect(parts.map(({ jobs }) => jobs)).toEqual([['1', '2'], ['9223372036854775807'], ['3']]);
  });

  it('with the longest of everything one job still fits the smallest limit', () => {
    const longest = intentOf({
      operation: 'drs.start',
      project_id: 'p'.repeat(64),
      jobs: [{ job_id: 'j'.repeat(64), start_time: '9'.repeat(16) }],
      correlation_id: '"'.repeat(128),
      expires_at: '2026-12-31T23:59:59.999Z',
      traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
    });
    expect(bytesOf(longest)).toBeLessThanOrEqual(SMALLEST_LIMIT);
  });

  it('and names no more jobs than the ledger has room for, as few messages as that allows', () => {
    const jobs = Array.from({ length: 10_000 }, (_, i) => String(i));
    const parts = writeMessages(intentOf({ jobs }), 256 * 1024);
    expect(parts.map((part) => part.jobs.length)).toEqual(Array(20).fill(500));
    expect(parts.flatMap((part) => part.jobs)).toEqual(jobs);
  });

  it('ten thousand tasks with start times make as few messages as their size allows', () => {
    const ids = fc.sample(fc.uniqueArray(drsJobId(), { minLength: 50 }), 1)[0] ?? [];
    const jobs = Array.from({ length: 10_000 }, (_, i) => ({
      job_id: `${ids[i % ids.length]?.slice(0, 50)}-${i}`,
      start_time: '1599202771816',
    }));
    const parts = writeMessages(intentOf({ operation: 'drs.start', jobs }), 16 * 1024);
    expect(parts.length).toBeLessThanOrEqual(
      Math.ceil(bytesOf(intentOf({ operation: 'drs.start', jobs })) / 15_000),
    );
  });
});
