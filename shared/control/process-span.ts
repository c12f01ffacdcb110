import { ATTR, OWN, VALUE } from '../json/conventions.ts';
import type { SpanStart } from '../json/span.ts';

/** The span of one invocation: a batch of messages that the queue gave. */
export const processSpan = (
  queueName: string,
  { invocation, messages }: { readonly invocation: string; readonly messages: number },
): SpanStart => ({
  name: `${VALUE.handle} ${queueName}`,
  kind: 'consumer',
  attributes: {
    [ATTR.trigger]: VALUE.pubsub,
    [ATTR.invocation]: invocation,
    [ATTR.system]: VALUE.sqs,
    [ATTR.operationType]: VALUE.handle,
    [ATTR.destination]: queueName,
    [OWN.messages]: messages,
  },
});
