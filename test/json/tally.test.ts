import { describe, expect, it } from 'vitest';
import { MOST_VALUES, makeTally } from '../../shared/json/tally.ts';

describe('a tally counts into a plain value', () => {
  it('adds counts up, by metric and dimensions, in whatever order these are named', () => {
    const { measure, take } = makeTally();
    measure('Results', 1, { operation: 'dli.run', outcome: 'delivered' });
    measure('Results', 2, { outcome: 'delivered', operation: 'dli.run' });
    measure('Results', 5, { operation: 'dli.run', outcome: 'failed' });
    measure('LooksSent', 1);
    expect(take().map(({ values, ...one }) => [one, values])).toEqual([
      [expect.objectContaining({ name: 'Results' }), [3]],
      [expect.objectContaining({ dimensions: { operation: 'dli.run', outcome: 'failed' } }), [5]],
      [expect.objectContaining({ name: 'LooksSent', dimensions: {} }), [1]],
    ]);
  });

  it('keeps each value of what is no count', () => {
    const { measure, take } = makeTally();
    for (const value of [3, 0, 3]) measure('TimeToVerdict', value);
    expect(take()).toMatchObject([{ name: 'TimeToVerdict', values: [3, 0, 3] }]);
  });

  it('gives each value away once', () => {
    const { measure, take } = makeTally();
    measure('LooksSent', 1);
    expect([take().length, take()]).toEqual([1, []]);
  });

  it('of many values it keeps some, evenly, so that the percentiles stay', () => {
    const { measure, take } = makeTally();
    const many = 100_000;
    for (let value = 0; value < many; value++) measure('TimeToVerdict', value);
    const [{ values = [] } = {}] = take();
    expect(values.length).toBeLessThan(MOST_VALUES);
    expect(values.length).toBeGreaterThanOrEqual(MOST_VALUES / 2);
    const sorted = values.toSorted((a, b) => a - b);
    for (const share of [0, 0.25, 0.5, 0.75, 0.99])
      expect(
        Math.abs((sorted[Math.floor(share * sorted.length)] ?? 0) / many - share),
      ).toBeLessThan(0.01);
  });
});
