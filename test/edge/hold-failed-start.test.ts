import { describe, expect, it } from 'vitest';
import { holdFailedStart } from '../../shared/edge/hold-failed-start.ts';

/** A start that fails so many times, and what became of it. */
const begin = (failures: number) => {
  let starts = 0;
  const { handler, check } = holdFailedStart<[event: string], string>(
    () => {
      starts += 1;
      const isAt = starts;
      if (isAt <= failures) throw new Error(`start ${isAt}`);
      return async (event) => `${event} by start ${isAt}`;
    },
    async (error, event) => `${event} failed: ${error}`,
  );
  return { handler, check, starts: () => starts };
};

describe('a function', () => {
  it('starts once, as it is loaded, and not as it is called', async () => {
    const { handler, starts } = begin(0);
    expect(starts()).toBe(1);
    expect(await handler('a')).toBe('a by start 1');
    expect(await handler('b')).toBe('b by start 1');
    expect(starts()).toBe(1);
  });

  it('that cannot start loads all the same, and each invocation fails with the reason', async () => {
    const { handler } = begin(3);
    expect(await handler('a')).toBe('a failed: Error: start 2');
    expect(await handler('b')).toBe('b failed: Error: start 3');
  });

  it('tells a host that asks why it did not start, until it has', async () => {
    const { handler, check } = begin(1);
    expect(check).toThrow('start 1');
    await handler('a');
    expect(check).not.toThrow();
  });

  it('starts at a later invocation, if it can by then', async () => {
    const { handler, starts } = begin(2);
    expect(await handler('a')).toBe('a failed: Error: start 2');
    expect(await handler('b')).toBe('b by start 3');
    expect(await handler('c')).toBe('c by start 3');
    expect(starts()).toBe(3);
  });
});
