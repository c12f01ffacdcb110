import { describe, expect, it } from 'vitest';
import { answerFor } from '../../cli/why/job-answer.ts';
import { jobFacts } from '../../cli/why/job-words.ts';
import { newIntentId } from '../../shared/edge/intent-id.ts';
import type { BlockState } from '../../shared/ledger/block-record.ts';
import type { JobRecord } from '../../shared/ledger/job-record.ts';
import type { JobId, ProjectId } from '../../shared/operations/operation.ts';
import type { BreakerRecord } from '../../shared/upstream/circuit-breaker.ts';

const NOW = Date.parse('2026-11-28T12:00:00Z');
const INVOCATION = 'invocation-1';
const id = newIntentId(undefined, NOW - 60_000);

const record = (more: Partial<JobRecord['claim']> = {}): JobRecord => ({
  newest: id,
  operation: 'dli.run',
  claim: {
    block: `intent/${id}/#0`,
    index: 0,
    invocation: INVOCATION,
    at: NOW - 30_000,
    until: NOW + 210_000,
    ...more,
  },
});

const block = (more: Partial<BlockState> = {}): BlockState => ({
  invocation: INVOCATION,
  verdicts: [],
  published: new Set(),
  requests: new Map(),
  ...more,
});

const breaker = (key: string, more: Partial<BreakerRecord> = {}) => ({
  key,
  record: { until: NOW + 40_000, step: 2, strikes: 0, probing: false, reason: '503', ...more },
});

const asked = (
  own: { record?: JobRecord; holder?: BlockState },
  breakers: readonly ReturnType<typeof breaker>[] = [],
) => {
  const facts = {
    service: 'dli',
    project: 'p' as ProjectId,
    job: '131' as JobId,
    record: own.record,
    holder: own.holder,
  } as const;
  const answer = answerFor(facts, breakers, NOW);
  return { next: answer.next, words: new Map(jobFacts(answer, NOW)) };
};

describe('why a job waits, in words', () => {
  it('a call that may be under way ends with its lease, at the latest', () => {
    const { next, words } = asked({ record: record() });
    expect(next).toEqual({ kind: 'again', from: NOW + 210_000 });
    expect(words.get('claim')).toMatch(/may be under way.*12:03:30Z \(in 3 min 30 s\)/);
  });

  it('a request without an answer may take effect for a while', () => {
    const holder = block({
      requests: new Map([[0, { invocation: INVOCATION, mayBeServed: true }]]),
      ends: new Map([[0, { invocation: INVOCATION, until: NOW + 25_000 }]]),
      reason: '503',
    });
    const { next, words } = asked({ record: record(), holder });
    expect(next).toEqual({ kind: 'again', from: NOW + 25_000 });
    expect(words.get('claim')).toMatch(/got no answer/);
    expect(words.get('last reason')).toBe('503');
  });

  it('a verdict ends it', () => {
    const verdict = {
      outcome: 'delivered',
      evidence: 'positional',
      calledAt: NOW - 20_000,
      settledAt: NOW - 19_000,
    } as const;
    const { next, words } = asked({ record: record(), holder: block({ verdicts: [verdict] }) });
    expect(next).toEqual({ kind: 'settled' });
    expect(words.get('verdict')).toMatch(/^delivered \(positional\) .*19 s ago/);
  });

  it('after its deadline it expires', () => {
    const late = record({ expires_at: new Date(NOW - 1_000).toISOString() });
    expect(asked({ record: late, holder: block() }).next).toEqual({ kind: 'expires' });
  });

  it('an open circuit breaker of its project, or of its operation, keeps it back', () => {
    const released = { record: record(), holder: block() };
    for (const key of ['cool/dli/p', 'cool/dli/p/dli.run']) {
      const { next, words } = asked(released, [breaker(key)]);
      expect(next).toEqual({ kind: 'again', from: NOW + 40_000 });
      expect(words.get('circuit breaker')).toMatch(/open, until .*in 40 s.*2 times in a row: 503/);
    }
  });

  it('those of looks, of another operation and of credentials are told, and do not count', () => {
    const released = { record: record(), holder: block() };
    for (const key of ['cool/dli/p/look', 'cool/dli/p/dli.stop', 'cool/key/abc'])
      expect(asked(released, [breaker(key)]).next).toEqual({ kind: 'again' });
  });

  it('the reason of an upstream does nothing to a terminal', () => {
    const { words } = asked({ record: record() }, [
      breaker('cool/dli/p', { reason: 'a\u001b[2J' }),
    ]);
    expect([...words.values()].join()).not.toContain('\u001b');
  });
});
