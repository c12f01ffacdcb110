import { describe, expect, it } from 'vitest';
import { told } from '../../shared/operations/sighting.ts';
import { effects } from '../../shared/operations/status-table.ts';
import { seen } from '../support/sightings.ts';

describe('a table of statuses', () => {
  it('tells what each tells by its list, and nothing yet of one that stands in none', () => {
    const read = effects({ taken: ['on'], none: ['off'], pending: ['turning'], missing: 'none' });
    const said = ['on', 'off', 'missing', 'turning', 'odd', 'constructor', 'untold', 'unasked'].map(
      (word) => read(seen(word)),
    );
    expect(said).toEqual(['taken', 'none', 'none', ...Array(5).fill('pending')]);
    const bare = effects<string>({ taken: [], none: [], missing: 'taken' });
    expect([bare(seen('on')), bare(seen('missing'))]).toEqual(['pending', 'taken']);
    // The vendor's own word `missing` is a status that is not known.
    expect(bare(told('missing'))).toBe('pending');
  });

  it('has a place for every status of the service, and one alone', () => {
    const lists = { taken: ['on'], none: ['off'], missing: 'none' } as const;
    expect(() => effects(lists, ['on', 'off'])).not.toThrow();
    expect(() => effects<string>(lists, ['on', 'off', 'turning', 'broken'])).toThrow(
      'each status must be in one list: turning, broken',
    );
    expect(() => effects({ ...lists, pending: ['on'] }, ['on', 'off'])).toThrow('one is in two');
  });
});
