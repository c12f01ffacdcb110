import type { Intent } from '../intent/intent.ts';
import { ATTR, OWN, VALUE } from '../json/conventions.ts';
import type { SpanStart } from '../json/span.ts';
import { traceOf } from '../json/trace-context.ts';

/** The span of an intent that goes to the queue. It belongs to the trace of its caller. */
export const sendSpan = (intent: Intent, queueName: string): SpanStart => ({
  name: `${VALUE.send} ${queueName}`,
  kind: 'producer',
  parent: traceOf(intent),
  attributes: {
    [ATTR.system]: VALUE.sqs,
    [ATTR.operationType]: VALUE.send,
    [ATTR.destination]: queueName,
    ...(intent.correlation_id !== undefined && { [ATTR.conversation]: intent.correlation_id }),
    [OWN.intent]: intent.intent_id,
    [OWN.operation]: intent.operation,
    [OWN.project]: intent.project_id,
    [OWN.jobs]: intent.jobs.length,
  },
});
