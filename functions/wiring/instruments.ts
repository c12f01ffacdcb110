import type { Context } from 'aws-lambda';
import { type LogOptions, makeLog } from '../../shared/edge/log.ts';
import { makeMetrics } from '../../shared/edge/metrics.ts';
import { makeTracing } from '../../shared/edge/tracing.ts';
import type { MeasuredFunction } from '../../shared/json/metric.ts';
import type { SpanStart } from '../../shared/json/span.ts';

export interface Release {
  readonly service: MeasuredFunction;
  readonly version: string;
}

/** What one function tells of itself: log lines, metrics and spans. `namespace`: of its metrics; undefined: none are written. */
export const makeInstruments = (
  options: { readonly log: LogOptions; readonly namespace: string | undefined },
  release: Release,
) => {
  const { log, logged } = makeLog(options.log, release);
  const { measure, measured } = makeMetrics({ namespace: options.namespace, log }, release.service);
  const { startSpan, traced } = makeTracing(release);
  return {
    log,
    measure,
    startSpan,
    /** A handler whose lines tell of their invocation, and whose metrics and spans are written when it ends. */
    instrumented: <Event, Answer>(
      handler: (event: Event, context: Context) => Promise<Answer>,
      /** The span of an invocation, around all others. */
      describe?: (event: Event, context: Context) => SpanStart,
    ) => logged(measured(traced(handler, describe))),
  };
};

export type Instruments = ReturnType<typeof makeInstruments>;
