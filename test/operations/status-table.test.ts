import { describe, expect, it } from 'vitest';
import { told } from '../../shared/operations/sighting.ts';
import { statusTable } from '../../shared/operations/status-table.ts';
import { seen } from '../support/sightings.ts';

describe('a table of statuses', () => {
  it('tells what each tells by its list, and nothing yet of one that stands in none', () => {
    const { effectOf, isThere } = statusTable({
      there: ['on'],
      taken: ['over'],
      none: ['off'],
      pending: ['turning'],
      missing: 'none',
    });
    const words = 'on over off missing turning odd constructor untold unasked'.split(' ');
    const said = words.map((word) => effectOf(seen(word)));
    expect(said).toEqual(['taken', 'taken', 'none', 'none', ...Array(5).fill('pending')]);
    expect(words.filter((word) => isThere(seen(word)))).toEqual(['on']);
  });

  it('may say that a job which does not exist is where it was wished to be', () => {
    const { effectOf, isThere } = statusTable<string>({ there: [], none: [], missing: 'there' });
    expect(['on', 'missing'].map((word) => effectOf(seen(word)))).toEqual(['pending', 'taken']);
    expect(['on', 'missing'].map((word) => isThere(seen(word)))).toEqual([false, true]);
    // The vendor's own word `missing` is a status that is not known.
    expect(effectOf(told('missing'))).toBe('pending');
    expect(isThere(told('missing'))).toBe(false);
  });

  it('has a place for every status of the service, and one alone', () => {
    const lists = { there: ['on'], none: ['off'], missing: 'none' } as const;
    expect(() => statusTable(lists, ['on', 'off'])).not.toThrow();
    expect(() => statusTable<string>(lists, ['on', 'off', 'turning', 'broken'])).toThrow(
      'each status must be in one list: turning, broken',
    );
    expect(() => statusTable({ ...lists, pending: ['on'] }, ['on', 'off'])).toThrow(
      'one is in two',
    );
  });
});
