import * as v from 'valibot';

/**
 * A line in CloudWatch's embedded metric format, by its rules: at most 100 metrics, 30 dimensions in a set, and 100 values.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
const line = v.looseObject({
  _aws: v.strictObject({
    Timestamp: v.pipe(v.number(), v.integer()),
    CloudWatchMetrics: v.array(
      v.strictObject({
        Namespace: v.pipe(v.string(), v.regex(/^[\w./#:-]{1,255}$/)),
        Dimensions: v.pipe(v.array(v.pipe(v.array(v.string()), v.maxLength(30))), v.minLength(1)),
        Metrics: v.pipe(
          v.array(
            v.strictObject({
              Name: v.pipe(v.string(), v.minLength(1), v.maxLength(1_024)),
              Unit: v.picklist(['Count', 'Seconds', 'Milliseconds', 'Percent']),
            }),
          ),
          v.maxLength(100),
        ),
      }),
    ),
  }),
});

const values = v.union([
  v.pipe(
    v.number(),
    v.transform((one) => [one]),
  ),
  v.pipe(v.array(v.number()), v.minLength(1), v.maxLength(100)),
]);

const dimension = v.pipe(v.string(), v.minLength(1), v.maxLength(1_024));

/** One metric of a line, for one set of its dimensions. */
export interface Point {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly namespace: string;
  readonly name: string;
  readonly unit: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly values: readonly number[];
}

const pointsIn = (text: string): readonly Point[] => {
  const said = v.parse(line, JSON.parse(text));
  return said._aws.CloudWatchMetrics.flatMap(({ Namespace: namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((names) =>
      Metrics.map(({ Name: name, Unit: unit }) => ({
        at: said._aws.Timestamp,
        namespace,
        name,
        unit,
        dimensions: Object.fromEntries(names.map((one) => [one, v.parse(dimension, said[one])])),
        values: v.parse(values, said[name]),
      })),
    ),
  );
};

/** What CloudWatch makes of a function's stdout. Throws if a line breaks a rule of the format. */
export const readMetrics = (stdout: string): readonly Point[] =>
  stdout
    .split('\n')
    .filter((text) => text.startsWith('{"_aws"'))
    .flatMap(pointsIn);
