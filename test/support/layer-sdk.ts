import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base';

/** What a layer does before a function starts: it registers an SDK by an API of its own. Spans go to stderr, a line each. */
const exporter: SpanExporter = {
  export: (spans, done) => {
    for (const { name, attributes, parentSpanContext, instrumentationScope } of spans)
      process.stderr.write(
        `${JSON.stringify({ name, attributes, parentSpanContext, instrumentationScope })}\n`,
      );
    done({ code: 0 });
  },
  shutdown: async () => undefined,
};

trace.setGlobalTracerProvider(
  new BasicTracerProvider({
    // Nothing but a flush exports a span in time.
    spanProcessors: [new BatchSpanProcessor(exporter, { scheduledDelayMillis: 600_000 })],
  }),
);
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
