import { describe, expect, it } from 'vitest';
import { type Result, resultOf, timingOf } from '../../shared/intent/result.ts';
import { eventsOf } from '../../shared/intent/result-events.ts';
import { jobIdOf } from '../../shared/operations/operation.ts';
import { intentOf } from '../support/messages.ts';

const MUCH = 256 * 1_024;
const intent = intentOf({ jobs: ['1', '2', '3', '4', '5'] });

/** One result for each job. The calls that they came by, in their order; undefined: by none. */
const resultsBy = (...calls: readonly (string | undefined)[]): readonly Result[] =>
  intent.jobs.slice(0, calls.length).map((job, i) => {
    const id = calls[i];
    const call = id === undefined ? {} : { call: { id, size: 1, attempts: 1 } };
    return resultOf(intent, jobIdOf(job), { outcome: 'failed', ...call }, timingOf(0, 1));
  });

const asJson = (results: readonly Result[]) => JSON.parse(JSON.stringify(results));

describe('results become events', () => {
  it('one each, where an event is a result', () => {
    const results = resultsBy('a', 'a', undefined);
    const events = eventsOf(results, { perEvent: 1, maxBytes: MUCH });
    expect(events.map(({ detail }) => JSON.parse(detail))).toEqual(asJson(results));
    expect(events.map(({ places }) => places)).toEqual([[0], [1], [2]]);
    expect(new Set(events.map(({ detailType }) => detailType))).toEqual(
      new Set(['Job Control Result']),
    );
  });

  it('those of one call together, and of no other, at most so many in one', () => {
    const results = resultsBy('a', undefined, 'a', undefined, 'a');
    const events = eventsOf(results, { perEvent: 2, maxBytes: MUCH });
    expect(events.map(({ places }) => places)).toEqual([[0, 2], [4], [1, 3]]);
    for (const { detail, places, detailType } of events) {
      expect(JSON.parse(detail)).toEqual({
        results: asJson(places.flatMap((place) => results[place] ?? [])),
      });
      expect(detailType).toBe('Job Control Results');
    }
  });

  it('as large as an event may be, and no larger', () => {
    const results = resultsBy('a', 'a', 'a');
    const [whole] = eventsOf(results, { perEvent: 9, maxBytes: MUCH });
    const most = Buffer.byteLength(whole?.detail ?? '');
    const in2 = eventsOf(results, { perEvent: 9, maxBytes: most - 1 });
    expect(in2.map(({ places }) => places)).toEqual([[0, 1], [2]]);
    // The room that is counted for a comma after the last one.
    expect(eventsOf(results, { perEvent: 9, maxBytes: most + 1 })).toHaveLength(1);
  });
});
