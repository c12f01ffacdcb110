import { describe, expect, it } from 'vitest';
import { idsIn } from '../../cli/input/read-ids.ts';
import { chooseJobs, type JobState } from '../../cli/replay/choose-jobs.ts';
import { eventIn } from '../../cli/replay/read-letter.ts';
import { shownBreaker, untilText } from '../../cli/text/breaker-text.ts';
import { clean, cleanJson } from '../../cli/text/clean.ts';
import { plain } from '../../cli/text/paint.ts';
import { jobsTable, outcomesText, progressBar } from '../../cli/text/results-text.ts';
import { tableOf } from '../../cli/text/table.ts';
import { instantFrom, spanOf } from '../../cli/text/times.ts';
import { toldLines } from '../../cli/text/told-text.ts';

describe('what comes from outside does nothing to a terminal', () => {
  it.each([
    ['a\u001b[2Jb', 'a\\u{1b}[2Jb'],
    ['line\nfeed\r', 'line\\u{0a}feed\\u{0d}'],
    ['c1\u009b31m', 'c1\\u{9b}31m'],
    ['turned\u202e', 'turned\\u{202e}'],
    ['half \ud800', 'half \ufffd'],
    ['作业停止', '作业停止'],
  ])('%j', (text, shown) => {
    expect(clean(text)).toBe(shown);
  });

  it('in JSON it is escaped, and reads back as it was', () => {
    const value = { id: 'a\u009b\u202e\u001b' };
    expect(cleanJson(value)).not.toMatch(/\p{Cc}|\u202e/u);
    expect(JSON.parse(cleanJson(value))).toEqual(value);
  });

  it('an error is cleaned too', () => {
    const lines = toldLines({ exit: 3, what: 'no\u001b[1m', where: 'x\n', remedy: 'y' });
    expect(lines).toEqual(['job-fanin: no\\u{1b}[1m', '  where: x\\u{0a}', '  do: y']);
  });
});

describe('a table', () => {
  it('has columns as wide as their texts, also where characters are wide, and none that is empty', () => {
    expect(
      tableOf(
        ['JOB', 'EMPTY', 'WHY'],
        [
          ['1', '', '作业'],
          ['作业2', undefined, 'x'],
        ],
      ),
    ).toEqual(['JOB    WHY', '1      作业', '作业2  x']);
  });

  it('of jobs says what became of each, and why', () => {
    const error = { code: 'DLI.0005', message: 'not there' };
    expect(
      jobsTable([{ job_id: '1', outcome: 'rejected', error }, { job_id: '22' }], plain),
    ).toEqual(['JOB  OUTCOME   WHY', '1    rejected  DLI.0005: not there', '22   -']);
  });
});

describe('times and counts', () => {
  it.each([
    [0, '0 s'],
    [59_400, '59 s'],
    [61_000, '1 min 1 s'],
    [7_200_000, '2 h'],
    [90_061_000, '1 d 1 h'],
  ])('%i ms', (ms, words) => {
    expect(spanOf(ms)).toBe(words);
  });

  it('an instant says how far it is', () => {
    const now = Date.parse('2026-11-28T12:00:00Z');
    expect(instantFrom(now + 5_000, now)).toBe('2026-11-28 12:00:05Z (in 5 s)');
    expect(instantFrom(now - 65_000, now)).toBe('2026-11-28 11:58:55Z (1 min 5 s ago)');
  });

  it('outcomes are counted', () => {
    expect(outcomesText([{ outcome: 'delivered' }, { outcome: 'failed' }, {}])).toBe(
      '1 delivered, 1 failed, 1 without a verdict',
    );
    expect(progressBar(1, 2)).toBe('[###############...............] 1 of 2 jobs');
    expect(progressBar(0, 0)).toMatch(/0 of 0 jobs/);
  });
});

describe('a breaker that may be probed', () => {
  const now = Date.parse('2026-11-28T12:00:00Z');
  const at = (minutesAgo: number) => {
    const record = { until: now - minutesAgo * 60_000, step: 1, strikes: 0, probing: false };
    const shown = shownBreaker({ key: 'cool/key/0a1b', record }, now);
    return [shown?.state, shown?.idle, untilText(record, now)];
  };

  it('waits for its probe, and is idle once none came for five minutes', () => {
    expect(at(5)).toEqual(['half-open', false, 'now: the next request is its probe']);
    expect(at(5.1)).toEqual([
      'half-open',
      true,
      'now: no request has come since, so nothing waits for it',
    ]);
  });
});

describe('job ids in any separator', () => {
  it.each([
    ['1 2\t3\r\n4', ['1', '2', '3', '4']],
    ['["1", "2"]', ['1', '2']],
    ["'a-1';'b_2'|c", ['a-1', 'b_2', 'c']],
    ['\ufeff9223372036854775807,', ['9223372036854775807']],
    [' \n', []],
  ])('%j', (text, ids) => {
    expect(idsIn(text)).toEqual(ids);
  });

  it('a spoilt id is not cut in two', () => {
    expect(idsIn('13.5 1:2 a\u0000b')).toEqual(['13.5', '1:2', 'a\u0000b']);
  });
});

describe('the jobs of a letter', () => {
  const state = (job: string, more: Partial<JobState> = {}) =>
    ({ job, outcome: undefined, isPublished: false, isStale: false, ...more }) as JobState;

  it('that failed or have no outcome are chosen, and no others', () => {
    const states = [
      state('open'),
      state('failed', { outcome: 'failed', isPublished: true }),
      state('done', { outcome: 'delivered', isPublished: true }),
      state('stale', { isStale: true }),
    ];
    expect(chooseJobs(states, false)).toEqual({
      jobs: ['open', 'failed'],
      leftOut: { settled: 1, stale: 1, repeated: 0 },
      isOpen: true,
    });
    expect(chooseJobs(states, true).jobs).toEqual(['open', 'failed', 'stale']);
  });

  it('a letter whose results are all told is not moved back', () => {
    const told = { outcome: 'failed', isPublished: true } as const;
    expect(chooseJobs([state('1', told)], false).isOpen).toBe(false);
    expect(chooseJobs([state('1', { ...told, isPublished: false })], false).isOpen).toBe(true);
  });
});

describe('a failed event has two forms', () => {
  it('the event itself, or the payload of a record of Lambda', () => {
    const event = { 'detail-type': 'Job Control Intent', detail: {} };
    expect(eventIn(event)).toEqual({ event, reason: undefined });
    expect(eventIn({ requestPayload: event, responsePayload: { errorMessage: 'denied' } })).toEqual(
      { event, reason: 'denied' },
    );
    expect(eventIn({ requestPayload: 'text' })).toEqual({ event: undefined, reason: undefined });
  });
});
