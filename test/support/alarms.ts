import * as v from 'valibot';
import type { Point } from './emf.ts';
import { type Datum, evaluate } from './metric-math.ts';

/** What CloudFormation puts in place of a reference, as far as a test needs it: equal references have equal texts. */
const text = v.union([
  v.string(),
  v.pipe(
    v.record(v.string(), v.unknown()),
    v.transform((reference) => JSON.stringify(reference)),
  ),
]);

const dimensions = v.pipe(
  v.array(v.strictObject({ Name: v.string(), Value: text })),
  v.transform((all) => Object.fromEntries(all.map(({ Name, Value }) => [Name, Value]))),
);

const statistic = v.picklist(['Sum', 'Maximum', 'Minimum', 'Average']);

const metric = v.strictObject({
  Namespace: v.string(),
  MetricName: v.string(),
  Dimensions: dimensions,
});

const number = v.pipe(v.union([v.number(), v.string()]), v.transform(Number), v.finite());

const evaluation = {
  AlarmName: v.string(),
  AlarmDescription: v.string(),
  Threshold: number,
  EvaluationPeriods: number,
  DatapointsToAlarm: v.optional(number),
  ComparisonOperator: v.literal('GreaterThanThreshold'),
  TreatMissingData: v.literal('notBreaching'),
  AlarmActions: v.optional(v.unknown()),
  OKActions: v.optional(v.unknown()),
};

const ofMetric = v.strictObject({
  ...metric.entries,
  Statistic: statistic,
  Period: v.literal(300),
  ...evaluation,
});

const query = v.union([
  v.strictObject({ Id: v.string(), Label: v.string(), Expression: v.string() }),
  v.strictObject({
    Id: v.string(),
    ReturnData: v.literal(false),
    MetricStat: v.strictObject({ Metric: metric, Period: v.literal(300), Stat: statistic }),
  }),
]);

const ofMath = v.strictObject({ Metrics: v.array(query), ...evaluation });

export type Metric = v.InferOutput<typeof metric>;

/** An alarm of the template. All have periods of five minutes, and none breaches without data. */
export interface Alarm {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** By their ids in the expression. */
  readonly metrics: Readonly<Record<string, Metric & { readonly stat: string }>>;
  readonly expression: string;
  readonly threshold: number;
  readonly periods: number;
  readonly toAlarm: number;
}

/** Reads the properties of an alarm. Throws if it is written in a way that this reader does not know. */
export const readAlarm = (id: string, properties: unknown): Alarm => {
  const read = v.parse(v.union([ofMetric, ofMath]), properties);
  const { Threshold: threshold, EvaluationPeriods: periods } = read;
  const common = {
    id,
    name: read.AlarmName,
    description: read.AlarmDescription,
    threshold,
    periods,
    toAlarm: read.DatapointsToAlarm ?? periods,
  };
  if (!('Metrics' in read)) {
    const { Namespace, MetricName, Dimensions, Statistic: stat } = read;
    const metrics = { only: { Namespace, MetricName, Dimensions, stat } };
    return { ...common, metrics, expression: 'only' };
  }
  const expressions = read.Metrics.flatMap((one) => ('Expression' in one ? [one.Expression] : []));
  const [expression, ...more] = expressions;
  if (expression === undefined || more.length > 0) throw new Error(`${id}: not one expression`);
  const metrics = Object.fromEntries(
    read.Metrics.flatMap((one) =>
      'MetricStat' in one
        ? [[one.Id, { ...one.MetricStat.Metric, stat: one.MetricStat.Stat }] as const]
        : [],
    ),
  );
  return { ...common, metrics, expression };
};

const isOf = ({ Namespace, MetricName, Dimensions }: Metric, point: Point): boolean =>
  point.namespace === Namespace &&
  point.name === MetricName &&
  Object.keys(Dimensions).length === Object.keys(point.dimensions).length &&
  Object.entries(Dimensions).every(([name, value]) => point.dimensions[name] === value);

const statOf = (stat: string, values: readonly number[]): Datum => {
  if (values.length === 0) return undefined;
  const sum = values.reduce((all, one) => all + one, 0);
  if (stat === 'Sum') return sum;
  if (stat === 'Average') return sum / values.length;
  return stat === 'Maximum' ? Math.max(...values) : Math.min(...values);
};

const isBreaching = (
  { id, metrics, expression, threshold }: Alarm,
  points: readonly Point[],
  all: readonly Point[],
): boolean => {
  const metricOf = (name: string) => {
    const found = metrics[name];
    if (found === undefined) throw new Error(`${id}: no metric ${name}`);
    return found;
  };
  const valuesIn = (name: string, some: readonly Point[]) =>
    some.filter((point) => isOf(metricOf(name), point)).flatMap(({ values }) => values);
  const value = evaluate(expression, {
    ids: Object.keys(metrics),
    read: (name) => statOf(metricOf(name).stat, valuesIn(name, points)),
    isKnown: (name) => valuesIn(name, all).length > 0,
  });
  return value !== undefined && value > threshold;
};

/** Whether an alarm rings after these periods of five minutes, the last one last. */
export const rings = (alarm: Alarm, periods: readonly (readonly Point[])[]): boolean =>
  periods.slice(-alarm.periods).filter((points) => isBreaching(alarm, points, periods.flat()))
    .length >= alarm.toAlarm;
