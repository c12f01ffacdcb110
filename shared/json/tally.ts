import {
  type Dimensions,
  METRICS,
  type Measure,
  type MetricName,
  type MetricRow,
} from './metric.ts';

/** What was measured of one metric for one set of dimensions. A sum has one value. */
export interface Measured {
  readonly name: MetricName;
  readonly dimensions: Dimensions;
  readonly values: readonly number[];
}

/** So many values of one metric are kept. Of more, every second one is dropped, evenly, as often as it takes. */
export const MOST_VALUES = 900;

interface Kept extends Measured {
  values: number[];
  /** One of so many values is kept. */
  stride: number;
  seen: number;
}

const rowOf = (name: MetricName): MetricRow => METRICS[name];

const keep = (kept: Kept, value: number): void => {
  if (rowOf(kept.name).keeps === 'sum') {
    kept.values = [(kept.values[0] ?? 0) + value];
    return;
  }
  if (kept.seen++ % kept.stride > 0) return;
  kept.values.push(value);
  if (kept.values.length < MOST_VALUES) return;
  kept.values = kept.values.filter((_, i) => i % 2 === 0);
  kept.stride *= 2;
};

/** Counts into a plain value until it is taken. Law: what was taken is not taken again. */
export const makeTally = (): {
  readonly measure: Measure;
  readonly take: () => readonly Measured[];
} => {
  let kept = new Map<string, Kept>();
  return {
    measure: (name, value, dimensions = {}) => {
      const key = JSON.stringify([name, Object.entries(dimensions).toSorted()]);
      const one = kept.get(key) ?? { name, dimensions, values: [], stride: 1, seen: 0 };
      kept.set(key, one);
      keep(one, value);
    },
    take: () => {
      const taken = [...kept.values()];
      kept = new Map();
      return taken;
    },
  };
};
