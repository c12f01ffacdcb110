import { ATTR, OWN } from '../json/conventions.ts';
import type { SpanEnd, SpanStart, StartSpan } from '../json/span.ts';
import { type TraceContext, traceOf } from '../json/trace-context.ts';
import type { Reply } from '../reply/reply.ts';
import type { Attempt } from './attempt.ts';
import { intentsOf } from './log-attempt.ts';

/** Links of a span at most: what SDKs keep. https://opentelemetry.io/docs/specs/otel/trace/sdk/#span-limits */
export const MOST_LINKS = 128;

/** Each trace of the intents of a call once. */
const tracesOf = ({ call }: Attempt): readonly TraceContext[] => {
  const traces = new Map<string, TraceContext>();
  for (const intent of intentsOf(call).values()) {
    const { traceparent, ...state } = traceOf(intent);
    if (traceparent !== undefined) traces.set(traceparent, { traceparent, ...state });
  }
  return [...traces.values()];
};

const describe = (attempt: Attempt): SpanStart => {
  const { call, info, timing, verdicts } = attempt;
  const { name, method, path, service } = call.operation;
  const traces = tracesOf(attempt);
  const count = (kind: string): number =>
    verdicts.filter(([, verdict]) => verdict.kind === kind).length;
  return {
    name: `${method} ${path}`,
    kind: 'client',
    startedAt: timing.calledAt,
    links: traces.slice(0, MOST_LINKS),
    attributes: {
      [ATTR.method]: method,
      [ATTR.template]: path,
      [ATTR.service]: service,
      [OWN.call]: info.id,
      [OWN.operation]: name,
      [OWN.project]: call.project_id,
      [OWN.jobs]: info.size,
      [OWN.attempts]: info.attempts,
      [OWN.intents]: intentsOf(call).size,
      [OWN.linksLeftOut]: Math.max(0, traces.length - MOST_LINKS),
      [OWN.delivered]: count('delivered'),
      [OWN.rejected]: count('rejected'),
      [OWN.unanswered]: count('unanswered'),
    },
  };
};

/** HTTP says that a status from 400 on is an error of the client's span, and that its number names it. */
const endOf = ({ timing: { settledAt: at } }: Attempt, reply: Reply): SpanEnd =>
  reply.kind === 'replied'
    ? {
        at,
        attributes: { [ATTR.status]: reply.status },
        error: reply.status < 400 ? undefined : String(reply.status),
      }
    : { at, error: reply.kind };

/** Records the span of one request that went out, with a link to the trace of each intent that it serves. */
export const traceAttempt = (startSpan: StartSpan, attempt: Attempt, reply: Reply): void =>
  startSpan(() => describe(attempt)).end(endOf(attempt, reply));
