import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { vendorObject } from '../../shared/operations/vendor-object.ts';

const schema = vendorObject(
  { name: v.string('must be a text'), flag: v.exactOptional(v.boolean('must be a flag')) },
  'must be an object',
);

const read = (value: unknown) => {
  const { success, output, issues } = v.safeParse(schema, value);
  return success
    ? output
    : issues.map(({ message, path }) => `${path?.map(({ key }) => key)}: ${message}`);
};

describe("an object in the vendor's own request", () => {
  it('holds what it may', () => {
    expect(read({ name: 'a' })).toEqual({ name: 'a' });
    expect(read({ flag: false, name: 'a' })).toEqual({ name: 'a', flag: false });
  });

  it('a field that is null is absent, whether it is known or not', () => {
    expect(read({ name: 'a', flag: null, other: null, constructor: null })).toEqual({ name: 'a' });
    expect(read({ name: null })).toEqual([expect.stringMatching(/^name: /)]);
  });

  it('any other field is named, beside all other faults', () => {
    expect(read({ name: 5, flag: 'yes', other: false, '': '' })).toEqual([
      'other: is not a known field',
      ': is not a known field',
      'name: must be a text',
      'flag: must be a flag',
    ]);
  });

  it.each([[null], [undefined], ['a'], [5], [[]], [[null]]])('%j is none', (value) => {
    expect(read(value)).toEqual(['undefined: must be an object']);
  });
});
