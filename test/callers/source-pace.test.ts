import { describe, expect, it } from 'vitest';
import { networkOf } from '../../shared/callers/source-pace.ts';

describe('the source that an address counts for', () => {
  it.each([
    ['an address of IPv4', '203.0.113.7', '203.0.113.7'],
    ['one of IPv4 in IPv6', '::ffff:203.0.113.7', '::ffff:203.0.113.7'],
    ['the first half of one of IPv6', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['with zeros left out behind it', '2001:db8:1:2::6', '2001:db8:1:2'],
    ['with zeros left out in it', '2001:db8::6', '2001:db8:0:0'],
    ['with zeros left out before it', '::1:2:3:4:5', ':0:0:1'],
    ['none', undefined, ''],
  ])('%s', (_, address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
