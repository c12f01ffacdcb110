import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OPERATIONS, operations } from '../../shared/operations/index.ts';
import type { Job, JobId } from '../../shared/operations/operation.ts';
import { DLI_STATUSES, DRS_STATUSES } from '../../shared/operations/statuses.ts';
import { anyText } from '../support/arbitraries.ts';
import { contractOf, jobWith, type Options, statusesFor } from '../support/fixtures.ts';
import { intentOf } from '../support/messages.ts';
import { seen } from '../support/sightings.ts';

describe('a task that waits for its start', () => {
  const { effectOf, isThere } = OPERATIONS['drs.start'];
  const waits = seen('WAITING_FOR_START');
  const jobsOf = (...jobs: readonly Job[]) => intentOf({ operation: 'drs.start', jobs }).jobs;
  const id = 'a' as JobId;

  it('was started if its start was put off, or it was to be initialised alone', () => {
    for (const asked of [{ start_time: '1608188903063' }, { is_only_init_task: true }]) {
      const [job] = jobsOf({ job_id: id, ...asked });
      expect([effectOf(waits, 0, job), isThere(waits, job)]).toEqual(['taken', true]);
    }
  });

  it('was not, if its transfer was to begin: that is the state before', () => {
    for (const job of jobsOf(id, { job_id: 'b' as JobId, is_only_init_task: false }))
      expect([effectOf(waits, 0, job), isThere(waits, job)]).toEqual(['none', false]);
  });
});

describe('the lists of statuses are those of docs/upstream.md §4', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/upstream.md'), 'utf8');
  const namedIn = (begin: string): readonly string[] => {
    const from = page.indexOf(begin) + begin.length;
    const list = page.slice(from, page.indexOf('.', from));
    return list.split(',').flatMap((item) => {
      const [, head = '', tails] = /^(\w+?)(?:\{([^}]*)\})?$/.exec(item.trim()) ?? [];
      return tails === undefined ? [head] : tails.split('|').map((tail) => head + tail);
    });
  };

  it.each([
    ['DLI', 'All 14 statuses of a job: ', DLI_STATUSES],
    ['DRS', 'All 30 statuses of a task: ', DRS_STATUSES],
  ])('%s', (_, begin, statuses) => {
    expect(namedIn(begin).toSorted()).toEqual(statuses.toSorted());
  });
});

/** What each status tells, for a plain job and for jobs whose options make a difference. */
const TABLES = operations.flatMap((operation) => {
  const { variants = [], samples } = contractOf(operation.name);
  const jobs = [samples.jobs[0] ?? {}, ...variants.map(({ job }) => valuesOf(job))];
  return jobs.map((options) => ({ operation, options, title: JSON.stringify(options) }));
});

/** Some value in place of one that may be any. */
function valuesOf(options: Options): Options {
  const entries = Object.entries(options);
  return Object.fromEntries(entries.map(([name, value]) => [name, value === '*' ? '5' : value]));
}

describe.each(TABLES)('what a status tells of $operation.name for $title', (table) => {
  const { operation, options } = table;
  const { name, restart } = operation;
  const id = name.startsWith('dli') ? '131' : 'a';
  const [job] = intentOf({
    operation: name,
    jobs: [jobWith(id, options)],
  }).jobs;
  const effectOf = (status: string) => operation.effectOf(seen(status), 0, job);
  const isThere = (status: string) => operation.isThere(seen(status), job);
  const isReady = (status: string) => restart?.readyAt(seen(status)) ?? false;
  const isFailed = (status: string) => restart?.failedAt(seen(status)) ?? false;
  const places = [...statusesFor(name, options)];

  it('every status of the service has a place', () => {
    const known = operation.service === 'dli' ? DLI_STATUSES : DRS_STATUSES;
    expect(places.map(([status]) => status).toSorted()).toEqual([...known, 'missing'].toSorted());
  });

  it.each(places)('%s: %j', (status, words) => {
    expect(['taken', 'none', 'pending'].filter((word) => words.has(word))).toEqual([
      effectOf(status),
    ]);
    expect(isThere(status)).toBe(words.has('there'));
    expect(isReady(status)).toBe(words.has('ready'));
    expect(isFailed(status)).toBe(words.has('failed'));
  });

  it('that the job is there is more than that it took effect', () => {
    for (const [status] of places) if (isThere(status)) expect(effectOf(status)).toBe('taken');
  });

  it('a job whose last start was before the request: its end is not ours, and it runs since earlier', () => {
    const ended = 'job_submit_fail job_running_exception job_finish'.split(' ');
    const expected = (status: string) => {
      if (name !== 'dli.run') return effectOf(status);
      if (isThere(status)) return 'earlier';
      return ended.includes(status) ? 'none' : effectOf(status);
    };
    for (const [status] of places) {
      const old = operation.effectOf(seen(status, 1), 60_002, job);
      expect(old, status).toBe(expected(status));
      expect(operation.effectOf(seen(status, 2), 60_002, job)).toBe(effectOf(status));
    }
  });

  it('an unknown status tells nothing', () => {
    const known = new Set(places.map(([status]) => status));
    fc.assert(
      fc.property(fc.oneof(anyText(), fc.constantFrom('__proto__', 'constructor')), (status) => {
        if (known.has(status)) return;
        expect(effectOf(status)).toBe('pending');
        expect(isThere(status) || isReady(status)).toBe(false);
      }),
    );
  });

  it('it waits for another operation where its fixture says so, and never both goes and fails', () => {
    expect(restart?.after).toBe(contractOf(name).follows);
    for (const [status] of places) expect(isReady(status) && isFailed(status)).toBe(false);
  });
});
