import {
  type Context,
  context,
  createTraceState,
  isSpanContextValid,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { ATTR, SCHEMA_URL } from '../json/conventions.ts';
import { NO_SPAN, type OpenSpan, type SpanStart, type StartSpan } from '../json/span.ts';
import { isSampled, type MaybeTraced } from '../json/trace-context.ts';

/** Undefined: no SDK is there, so nothing is recorded. A layer may bring one, with an API of its own. */
const findTracer = (version: string): Tracer | undefined => {
  const provider = trace.getTracerProvider();
  const options = { schemaUrl: SCHEMA_URL };
  return provider instanceof ProxyTracerProvider
    ? provider.getDelegateTracer('job-fanin', version, options)
    : provider.getTracer('job-fanin', version, options);
};

const spanContextOf = ({ traceparent = '', tracestate }: MaybeTraced): SpanContext => {
  const [, traceId = '', spanId = '', flags = '0'] = traceparent.split('-');
  return {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16),
    isRemote: true,
    ...(tracestate !== undefined && { traceState: createTraceState(tracestate) }),
  };
};

/** Of the caller's trace. If a span around it is of that trace too, it is the parent: the layer made it of the same request. */
const parentOf = ({ parent = {} }: SpanStart): Context => {
  const active = context.active();
  const given = spanContextOf(parent);
  if (!isSpanContextValid(given)) return active;
  const around = trace.getSpanContext(active)?.traceId;
  return around === given.traceId ? active : trace.setSpanContext(ROOT_CONTEXT, given);
};

const KINDS = {
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
  client: SpanKind.CLIENT,
} as const;

const begin = (tracer: Tracer, start: SpanStart): Span => {
  const { name, kind, attributes, links = [], startedAt } = start;
  return tracer.startSpan(
    name,
    {
      kind: KINDS[kind],
      attributes,
      links: links.map((link) => ({ context: spanContextOf(link) })),
      ...(startedAt !== undefined && { startTime: new Date(startedAt) }),
    },
    parentOf(start),
  );
};

const hex = (flags: number): string => flags.toString(16).padStart(2, '0');

/** Flags of the caller's that we do not know are kept. */
const carry = ({ traceId, spanId, traceFlags, traceState }: SpanContext, given: MaybeTraced) => {
  const own = `00-${traceId}-${spanId}-${hex(traceFlags)}`;
  if (!isSampled(own)) return given;
  const { traceparent = '' } = given;
  const flags = traceparent.includes(traceId) ? Number.parseInt(traceparent.slice(-2), 16) : 0;
  const tracestate = traceState?.serialize() ?? '';
  return {
    traceparent: `00-${traceId}-${spanId}-${hex(flags | traceFlags)}`,
    ...(tracestate !== '' && { tracestate }),
  };
};

const openSpan = (span: Span): OpenSpan => ({
  carry: (given) => carry(span.spanContext(), given),
  end: ({ attributes = {}, error, at } = {}) => {
    span.setAttributes(attributes);
    if (error !== undefined) {
      span.setAttribute(ATTR.error, error);
      span.setStatus({ code: SpanStatusCode.ERROR });
    }
    span.end(at === undefined ? undefined : new Date(at));
  },
});

/** An exporter that hangs holds an invocation up for so long. */
const FLUSH_MS = 1_000;

type Flush = () => Promise<unknown>;

/** The API has no word for it, but each SDK's provider has this method. */
const flushOf = (): Flush | undefined => {
  const provider: object = trace.getTracerProvider();
  const inner: object =
    'getDelegate' in provider && typeof provider.getDelegate === 'function'
      ? Object(provider.getDelegate())
      : provider;
  if (!('forceFlush' in inner) || typeof inner.forceFlush !== 'function') return undefined;
  const { forceFlush } = inner;
  return async () => forceFlush.call(inner);
};

/** Exports what was recorded, before Lambda stops the process until the next invocation. Failures are the exporter's to tell. */
const flush = async (): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, FLUSH_MS);
  const flushed = flushOf()?.().catch(() => undefined);
  await Promise.race([flushed, promise]);
  clearTimeout(timer);
};

/** Ends the span of an invocation with the class of the error that it ended with. */
const around = async <Answer>(span: Span, work: () => Promise<Answer>): Promise<Answer> => {
  try {
    const answer = await context.with(trace.setSpan(context.active(), span), work);
    openSpan(span).end();
    return answer;
  } catch (error) {
    openSpan(span).end({ error: error instanceof Error ? error.name : '_OTHER' });
    throw error;
  }
};

/**
 * Spans by OpenTelemetry's API. The SDK and its exporter come from a layer of yours: docs/traces.md. Law: without an SDK
 * nothing is done, and no failure of it fails an invocation.
 */
export const makeTracing = ({ version }: { readonly version: string }) => {
  const startSpan: StartSpan = (describe) => {
    const tracer = findTracer(version);
    return tracer === undefined ? NO_SPAN : openSpan(begin(tracer, describe()));
  };
  /** A handler whose spans are exported when it ends. `describe`: an invocation is a span too, around all others. */
  const traced =
    <Event, Rest extends readonly unknown[], Answer>(
      handler: (event: Event, ...rest: Rest) => Promise<Answer>,
      describe?: (event: Event, ...rest: Rest) => SpanStart,
    ) =>
    async (event: Event, ...rest: Rest): Promise<Answer> => {
      const tracer = findTracer(version);
      if (tracer === undefined) return handler(event, ...rest);
      try {
        if (describe === undefined) return await handler(event, ...rest);
        return await around(begin(tracer, describe(event, ...rest)), () => handler(event, ...rest));
      } finally {
        await flush();
      }
    };
  return { startSpan, traced };
};
