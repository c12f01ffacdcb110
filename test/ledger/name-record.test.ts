import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Named,
  type NameRecord,
  namedFor,
  readNames,
  withNamed,
  writeNames,
} from '../../shared/ledger/name-record.ts';
import { MAX_JOBS } from '../../shared/operations/job-list.ts';
import { idAt, intentOf } from '../support/messages.ts';

const named = (age: number, jobs: readonly string[]): Named => ({
  intent: idAt(age),
  age: idAt(age),
  jobs: intentOf({ jobs }).jobs.map((job) => (typeof job === 'string' ? job : job.job_id)),
});
const [one] = named(1, ['1']).jobs;

describe('several stops may go by one name', () => {
  it('for each job the newest counts, in whatever order they are told', () => {
    const jobs = fc.uniqueArray(fc.constantFrom('1', '2', '3'), { minLength: 1 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), jobs), { minLength: 1 }),
        (all) => {
          const stops = all.map(([age, some]) => named(age, some));
          const record = stops.reduce<NameRecord>(
            (before, stop) => withNamed(before, [stop]) ?? before,
            [],
          );
          const newest = Math.max(
            ...all.filter(([, some]) => some.includes('1')).map(([age]) => age),
          );
          if (one !== undefined)
            expect(namedFor(record, one)?.intent).toBe(newest > 0 ? idAt(newest) : undefined);
          expect(withNamed(record, stops)).toBeUndefined();
          expect(readNames(writeNames(record))).toEqual(record);
        },
      ),
    );
  });

  it('a stop keeps the age that it has there first', () => {
    expect(withNamed([named(1, ['1'])], [{ ...named(1, ['1']), age: idAt(9) }])).toBeUndefined();
  });

  it('but for one that becomes known as lower: its sender’s own order counts', () => {
    const known = named(9, ['1', '2']);
    const lower = { ...known, age: idAt(3) };
    expect(withNamed([known], [lower])).toEqual([lower]);
    expect(withNamed([known], [{ ...lower, jobs: known.jobs.slice(0, 1) }])).toEqual([lower]);
  });

  it('so it is with that one alone, and the lowest age that is told counts', () => {
    const others = [named(8, ['3']), named(1, ['4'])];
    const known = named(9, ['1']);
    const told = [5, 3, 4].map((age) => ({ ...known, age: idAt(age) }));
    const [newest, oldest] = others;
    expect(withNamed([known, ...others], told)).toEqual([newest, told[1], oldest]);
  });

  it('and those of the newest are kept that fit an item of DynamoDB: all jobs of one intent do', () => {
    const jobs = Array.from({ length: MAX_JOBS }, (_, i) =>
      String(9_000_000_000_000_000_000n + BigInt(i)),
    );
    const record = withNamed([named(1, ['1'])], [named(2, jobs)]) ?? [];
    expect(record[0]).toEqual(named(2, jobs));
    const many = Array.from({ length: 4_000 }, (_, i) => named(i + 1, [String(i + 1)]));
    const full = withNamed(record, many) ?? [];
    expect(full[0]).toEqual(named(4_000, ['4000']));
    expect(Buffer.byteLength(writeNames(full))).toBeLessThan(300_000);
    expect(withNamed(full, [named(4_001, ['4001'])])?.[0]).toEqual(named(4_001, ['4001']));
  });

  const many = Array.from({ length: 12_000 }, (_, i) => String(10 ** 18 + 256 * i));
  it.each([
    ['jobs of one stop', [named(1, many)], 22],
    [
      'stops of one job',
      many.map((job, i) => named(i + 1, [job])),
      writeNames([named(1, ['1'])]).length,
    ],
  ])('as many %s as fit are kept, to the last one', (_, stops, next) => {
    const most = 256 * 1024;
    // With a comma after each. `next`: what one more would take at most.
    const taken = writeNames(withNamed([], stops) ?? []).length - writeNames([]).length + 1;
    expect(taken).toBeLessThanOrEqual(most);
    expect(taken + next).toBeGreaterThan(most);
  });

  it('of one job only the newest is kept, so that a name used for years does not grow', () => {
    const all = Array.from({ length: 50 }, (_, i) => named(i + 1, ['1']));
    const record = all.reduce<NameRecord>(
      (before, stop) => withNamed(before, [stop]) ?? before,
      [],
    );
    expect(record).toEqual([named(50, ['1'])]);
  });

  it('a record of another version says nothing', () => {
    expect(readNames('{"v":2,"stops":[]}')).toBeUndefined();
    expect(readNames('')).toBeUndefined();
  });
});
