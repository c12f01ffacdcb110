import { describe, expect, it } from 'vitest';
import { isResultsEvent, resultsIn } from '../../clients/typescript/src/index.ts';
import { type Result, resultOf, timingOf } from '../../shared/intent/result.ts';
import { eventsOf } from '../../shared/intent/result-events.ts';
import { jobIdOf } from '../../shared/operations/operation.ts';
import { intentOf } from '../support/messages.ts';

const { jobs, ...intent } = intentOf({ jobs: ['1', '9223372036854775807'] });

const results: readonly Result[] = jobs.map((job) =>
  resultOf(
    { jobs, ...intent },
    jobIdOf(job),
    { outcome: 'delivered', evidence: 'positional', call: { id: 'c', size: 2, attempts: 1 } },
    timingOf(0, 1),
  ),
);

/** Events as EventBridge delivers what we publish. */
const delivered = (perEvent: number) =>
  eventsOf(results, { perEvent, maxBytes: 256 * 1024 }).map(({ detailType, detail }) => ({
    version: '0',
    id: 'e',
    'detail-type': detailType,
    source: 'job-fanin',
    account: '000000000000',
    time: '2026-01-31T12:00:02Z',
    region: 'eu-central-1',
    resources: [],
    detail: JSON.parse(detail),
  }));

const plain = JSON.parse(JSON.stringify(results));

describe('resultsIn tells the results of an event', () => {
  it.each([1, 2, 100])('with at most %i in one event', (perEvent) => {
    const events = delivered(perEvent);
    expect(events).toHaveLength(perEvent === 1 ? 2 : 1);
    expect(events.flatMap(resultsIn)).toEqual(plain);
    expect(events.every(isResultsEvent)).toBe(perEvent > 1);
  });

  it('none of what is no event of ours, or holds what is no result', () => {
    const [packed] = delivered(100);
    const others = [
      undefined,
      'text',
      { ...packed, source: 'com.example' },
      { ...packed, 'detail-type': 'Job Control Result' },
      { ...packed, detail: { results: [] } },
      { ...packed, detail: { results: [...plain, { job_id: '3' }] } },
    ];
    expect(others.flatMap(resultsIn)).toEqual([]);
  });
});
