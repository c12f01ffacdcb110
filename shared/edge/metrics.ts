import type { Metrics } from '@aws-lambda-powertools/metrics';
import * as v from 'valibot';
import { openOnce } from '../batching/open-once.ts';
import type { Log } from '../json/log.ts';
import {
  type DimensionName,
  METRICS,
  type MeasuredFunction,
  type MetricRow,
} from '../json/metric.ts';
import { type Environment, readSettings } from '../json/settings.ts';
import { type Measured, makeTally } from '../json/tally.ts';
import { troubleOf } from '../json/trouble.ts';

/** Powertools writes at a hundred values by itself, and forgets the dimensions then. */
const VALUES_PER_LINE = 99;

/** CloudWatch's rule for a namespace: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
const namespace = v.pipe(
  v.string(),
  v.regex(/^[\w./#:-]{1,255}$/, 'must be a namespace of CloudWatch, such as job-fanin-prod'),
);

const schema = v.object({ METRICS_NAMESPACE: v.optional(namespace) });

/** The namespace of the metrics. Undefined: none are written. */
export const readMetricsConfig = (environment: Environment): string | undefined =>
  readSettings(schema, environment).METRICS_NAMESPACE;

const ignore = (): void => undefined;

/** Powertools warns if two sets share a dimension, as ours do. It has nothing else to warn of. */
const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** The package is imported at the first invocation: a cold start does not wait for it. */
const openMetrics = (namespace: string, serviceName: MeasuredFunction) =>
  openOnce(async (): Promise<Metrics> => {
    const { Metrics } = await import('@aws-lambda-powertools/metrics');
    return new Metrics({ namespace, serviceName, logger: SILENT });
  });

const rowOf = ({ name }: Measured): MetricRow => METRICS[name];

/** What goes into one line: the same values of the dimensions, published by the same sets of them. */
const lineKeyOf = (one: Measured): string => JSON.stringify([one.dimensions, rowOf(one).by]);

const pick = ({ dimensions }: Measured, names: readonly DimensionName[]): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => [[name, dimensions[name] ?? 'none'] as const]));

/** Writes the metrics of one line. If one has more values than a line holds, it takes several lines. */
const writeLine = (metrics: Metrics, measured: readonly Measured[]): void => {
  const most = Math.max(...measured.map(({ values }) => values.length));
  for (let at = 0; at < most; at += VALUES_PER_LINE) {
    for (const one of measured.slice(0, 1))
      for (const names of rowOf(one).by) metrics.addDimensions(pick(one, names));
    for (const one of measured)
      for (const value of one.values.slice(at, at + VALUES_PER_LINE))
        metrics.addMetric(one.name, rowOf(one).unit, value);
    metrics.publishStoredMetrics();
  }
};

/**
 * The metrics of one function, in the embedded metric format. They go straight to stdout, since Lambda's JSON log format
 * wraps what is written to the console. Laws: what an invocation counted is written at its end, also if it fails. If metrics
 * cannot be written, the invocation goes on.
 */
export const makeMetrics = (
  { namespace, log }: { readonly namespace: string | undefined; readonly log: Log },
  service: MeasuredFunction,
) => {
  const tally = makeTally();
  const open = namespace === undefined ? undefined : openMetrics(namespace, service);
  const write = async (opening: Promise<Metrics> | undefined): Promise<void> => {
    const measured = tally.take();
    try {
      const metrics = await opening;
      if (metrics === undefined) return;
      for (const line of Map.groupBy(measured, lineKeyOf).values()) writeLine(metrics, line);
    } catch (error) {
      log.warn('metrics not written', { ...troubleOf(error) });
    }
  };
  return {
    measure: tally.measure,
    /** A handler that writes its metrics when it ends. */
    measured:
      <Parameters extends readonly unknown[], Answer>(
        handler: (...parameters: Parameters) => Promise<Answer>,
      ) =>
      async (...parameters: Parameters): Promise<Answer> => {
        const opening = open?.();
        try {
          return await handler(...parameters);
        } finally {
          await write(opening);
        }
      },
  };
};
