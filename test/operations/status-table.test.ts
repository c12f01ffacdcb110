import { describe, expect, it } from 'vitest';
import { effects } from '../../shared/operations/status-table.ts';

describe('a table of statuses', () => {
  it('tells what each tells by its list, and nothing yet of one that stands in none', () => {
    const read = effects({ taken: ['on'], none: ['off', 'missing'], pending: ['turning'] });
    const told = ['on', 'off', 'missing', 'turning', 'odd', 'constructor'].map((status) =>
      read({ status }),
    );
    expect(told).toEqual(['taken', 'none', 'none', 'pending', 'pending', 'pending']);
    expect(effects<string>({ taken: [], none: [] })({ status: 'on' })).toBe('pending');
  });

  it('has a place for every status of the service, and one alone', () => {
    const lists = { taken: ['on'], none: ['off', 'missing'] } as const;
    expect(() => effects(lists, ['on', 'off'])).not.toThrow();
    expect(() => effects<string>(lists, ['on', 'off', 'turning', 'broken'])).toThrow(
      'each status must be in one list: turning, broken',
    );
    expect(() => effects({ ...lists, pending: ['on'] }, ['on', 'off'])).toThrow('one is in two');
  });
});
