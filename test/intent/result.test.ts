import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { makeTimings, resultOf, timingOf, type VerdictInfo } from '../../shared/intent/result.ts';
import { recordedVerdict } from '../../shared/ledger/recorded-verdict.ts';
import { jobIdOf } from '../../shared/operations/operation.ts';
import { anyText, wish } from '../support/arbitraries.ts';
import { idAt, intentOf, PROJECT } from '../support/messages.ts';

const verdict = (): fc.Arbitrary<VerdictInfo> =>
  fc.oneof(
    fc.record({
      outcome: fc.constantFrom('delivered' as const),
      evidence: fc.constantFrom('keyed' as const, 'aggregate' as const),
    }),
    fc.record({
      outcome: fc.constantFrom('rejected' as const),
      error: fc.record({
        code: anyText(200),
        message: anyText(2_000),
      }),
    }),
    fc.constant({ outcome: 'superseded' as const, superseded_by: idAt(9) }),
  );

const CALLED = Date.parse('2026-01-31T12:00:00Z');
const timing = timingOf(CALLED, CALLED + 1_000);

/** A result as the bus receives it. */
const told = (...of: Parameters<typeof resultOf>) => JSON.parse(JSON.stringify(resultOf(...of)));

const first = (intent: ReturnType<typeof intentOf>) => {
  const [job] = intent.jobs;
  if (job === undefined) throw new Error('no job');
  return jobIdOf(job);
};

describe('one (intent, job) has one result id', () => {
  it('whatever the verdict, and whenever it was made', () => {
    fc.assert(
      fc.property(wish(), verdict(), verdict(), fc.nat(), (wished, one, other, later) => {
        const intent = intentOf(wished);
        const job = first(intent);
        const then = timingOf(CALLED + later, CALLED + later);
        expect(resultOf(intent, job, other, then).result_id).toBe(
          resultOf(intent, job, one, timing).result_id,
        );
      }),
    );
  });

  it('no other (intent, job) has the same', () => {
    fc.assert(
      fc.property(fc.array(wish(), { maxLength: 5 }), (wishes) => {
        const pairs = wishes.map(intentOf).flatMap((intent) =>
          intent.jobs.map(jobIdOf).map((job) => ({
            pair: JSON.stringify([intent.intent_id, job]),
            id: resultOf(intent, job, { outcome: 'expired' }, timing).result_id,
          })),
        );
        expect(new Set(pairs.map(({ id }) => id)).size).toBe(
          new Set(pairs.map(({ pair }) => pair)).size,
        );
      }),
    );
  });
});

describe('a result says what was requested, by which caller, and its outcome', () => {
  const intent = intentOf({
    age: 7,
    options: { resume_savepoint: true },
    jobs: ['9223372036854775807'],
    accepted_at: '2026-01-31T11:59:58.500Z',
    correlation_id: 'c',
    traceparent: 't',
    tracestate: 'a=1',
  });

  it('with every field', () => {
    const error = { code: 'DLI.0002', message: 'There is no such job.' };
    const call = { id: 'call', size: 4, attempts: 2 };
    expect(
      told(
        intent,
        first(intent),
        { outcome: 'rejected', evidence: 'positional', error, call },
        timing,
      ),
    ).toEqual({
      result_id: `${idAt(7)}/9223372036854775807`,
      outcome: 'rejected',
      evidence: 'positional',
      operation: 'dli.run',
      project_id: PROJECT,
      job_id: '9223372036854775807',
      intent_id: idAt(7),
      caller: 'test',
      correlation_id: 'c',
      error,
      call,
      accepted_at: '2026-01-31T11:59:58.500Z',
      settled_at: '2026-01-31T12:00:01.000Z',
      queued_ms: 1_500,
      upstream_ms: 1_000,
      traceparent: 't',
      tracestate: 'a=1',
    });
  });

  it('fields that do not apply are absent', () => {
    const plain = intentOf({ age: 7 });
    expect(
      Object.keys(told(plain, first(plain), { outcome: 'expired' }, timing)).toSorted(),
    ).toEqual([
      'accepted_at',
      'caller',
      'intent_id',
      'job_id',
      'operation',
      'outcome',
      'project_id',
      'queued_ms',
      'result_id',
      'settled_at',
      'upstream_ms',
    ]);
  });

  it('a clock that was set back gives no negative wait', () => {
    const ahead = intentOf({ accepted_at: '2026-01-31T13:00:00.000Z' });
    expect(resultOf(ahead, first(ahead), { outcome: 'expired' }, timing).queued_ms).toBe(0);
  });
});

describe('a result event is small', () => {
  it('any result of a caller on HTTP fits 8 KB, recorded as every verdict is', () => {
    fc.assert(
      fc.property(wish(), verdict(), (wished, said) => {
        const intent = intentOf(wished);
        const recorded = recordedVerdict({ ...said, calledAt: 0, settledAt: 0 }, 1);
        const text = JSON.stringify(resultOf(intent, first(intent), recorded, timing));
        expect(Buffer.byteLength(text)).toBeLessThan(8_000);
      }),
    );
  });
});

describe('the end of a call is written once', () => {
  it('for all of its jobs, whichever other calls they lie between', () => {
    const timing = makeTimings();
    const written = vi.spyOn(Date.prototype, 'toISOString');
    const timings = Array.from({ length: 100 }, (_, i) => timing(CALLED + i, CALLED + (i % 2)));
    const times = written.mock.calls.length;
    written.mockRestore();
    expect(times).toBe(2);
    expect(timings).toEqual(timings.map((one) => timingOf(one.calledAt, one.settledAt)));
  });
});
