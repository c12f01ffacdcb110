import { SQSClient } from '@aws-sdk/client-sqs';
import middy from '@middy/core';
import { makeAccept } from '../shared/accept/accept.ts';
import { makeAcceptPayload } from '../shared/accept/payload.ts';
import type { Receipt } from '../shared/core/receipt.ts';
import { REQUEST_BOUNDS } from '../shared/edge/aws.ts';
import { readAcceptConfig } from '../shared/edge/config.ts';
import { keyOf, newIntentId } from '../shared/edge/intent-id.ts';
import { makeLog } from '../shared/edge/log.ts';
import { makeEnqueue } from '../shared/edge/queue.ts';

const config = readAcceptConfig(process.env);
const { queueUrl, maxMessageBytes, deadlineMs, takesReplays, log: logOptions } = config;
const log = makeLog(logOptions);
const now = () => new Date();

const accept = makeAccept({
  enqueue: makeEnqueue(
    { sqs: new SQSClient(REQUEST_BOUNDS), log },
    { queueUrl, maxBytes: maxMessageBytes },
  ),
  now,
  newIntentId,
  maxMessageBytes,
  deadlineMs,
});

/** Event rule or direct invocation → intents → queue. */
export const handler = middy<unknown, Receipt>(
  makeAcceptPayload(accept, { now, keyOf, takesReplays }),
);
