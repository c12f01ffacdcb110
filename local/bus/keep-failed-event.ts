import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Queues } from '../queue/queues.ts';

export type KeepFailedEvent = (event: unknown, error: unknown) => void;

/** The failure destination of accept-event: a queue that gets the short form of what Lambda puts there. */
export const makeKeepFailedEvent =
  (sqs: SQSClient, { failedEvents }: Queues): KeepFailedEvent =>
  (requestPayload, error) => {
    const errorMessage = error instanceof Error ? error.message : String(error);
    const body = JSON.stringify({ requestPayload, responsePayload: { errorMessage } });
    console.error(`accept-event refused an event for good: ${errorMessage}`);
    sqs
      .send(new SendMessageCommand({ QueueUrl: failedEvents, MessageBody: body }))
      .catch((cause: unknown) => console.error('the event could not be kept:', cause));
  };
