import { isObject, type JsonObject } from '../json/json.ts';
import { type MaybeTraced, traceOf, traceOfXRay } from '../json/trace-context.ts';

/** The text of an attribute of a message: SQS has it under `stringValue`, SNS under `Value`. */
const textIn = (attributes: JsonObject, name: string): unknown => {
  const attribute = attributes[name];
  return isObject(attribute) ? (attribute.stringValue ?? attribute.Value) : undefined;
};

const traceInAttributes = (attributes: unknown): MaybeTraced =>
  isObject(attributes)
    ? traceOf({
        traceparent: textIn(attributes, 'traceparent'),
        tracestate: textIn(attributes, 'tracestate'),
      })
    : {};

/**
 * The trace of a message of SQS: its own attributes, which OpenTelemetry's SDKs write, or else the X-Ray header that SQS
 * keeps beside it. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
 */
export const traceOfSqs = ({ messageAttributes, attributes }: JsonObject): MaybeTraced => {
  const own = traceInAttributes(messageAttributes);
  if (own.traceparent !== undefined || !isObject(attributes)) return own;
  return traceOfXRay(attributes.AWSTraceHeader);
};

/** The trace of a notification of SNS: its attributes, as for SQS. */
export const traceOfSns = ({ MessageAttributes }: JsonObject): MaybeTraced =>
  traceInAttributes(MessageAttributes);
