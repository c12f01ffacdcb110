import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Queues } from '../queue/queues.ts';

export type KeepFailedEvent = (event: unknown, error: unknown) => void;

/** Bytes of an error that Lambda keeps beside the event. */
const LONGEST_MESSAGE = 1_024;

/**
 * The dead-letter queue of accept-event: it gets the event as it was, and the error as an attribute.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-dlq
 */
export const makeKeepFailedEvent =
  (sqs: SQSClient, { failedEvents }: Queues): KeepFailedEvent =>
  (event, error) => {
    const errorMessage = error instanceof Error ? error.message : String(error);
    console.error(`accept-event refused an event for good: ${errorMessage}`);
    const StringValue =
      Buffer.from(errorMessage).subarray(0, LONGEST_MESSAGE).toString() || 'Error';
    sqs
      .send(
        new SendMessageCommand({
          QueueUrl: failedEvents,
          MessageBody: JSON.stringify(event),
          MessageAttributes: { ErrorMessage: { DataType: 'String', StringValue } },
        }),
      )
      .catch((cause: unknown) => console.error('the event could not be kept:', cause));
  };
