import { SQSClient } from '@aws-sdk/client-sqs';
import type { AcceptEdges } from '../../shared/accept/accept.ts';
import { joinCalls } from '../../shared/batching/join-calls.ts';
import type { readAcceptConfig } from '../../shared/edge/accept-config.ts';
import { REQUEST_BOUNDS, withoutCopies } from '../../shared/edge/aws.ts';
import { newIntentId } from '../../shared/edge/intent-id.ts';
import { makeEnqueue, queueNameOf } from '../../shared/edge/queue.ts';
import type { Instruments } from './instruments.ts';

/** The edges of both ways in. What an environment accepts at the same time is sent to the queue together. */
export const openAcceptEdges = (
  { queueUrl, maxMessageBytes, deadlineMs }: ReturnType<typeof readAcceptConfig>,
  { log, measure, startSpan }: Instruments,
): AcceptEdges => ({
  enqueue: joinCalls(
    makeEnqueue(
      { sqs: withoutCopies(new SQSClient(REQUEST_BOUNDS)), log },
      { queueUrl, maxBytes: maxMessageBytes },
    ),
  ),
  now: () => new Date(),
  newIntentId,
  maxMessageBytes,
  deadlineMs,
  measure,
  log,
  startSpan,
  queueName: queueNameOf(queueUrl),
});
