import { SQSClient } from '@aws-sdk/client-sqs';
import middy from '@middy/core';
import { v7 as newId } from 'uuid';
import { makeAccept } from '../shared/accept.ts';
import { makeAcceptPayload } from '../shared/accept-payload.ts';
import type { IntentId } from '../shared/core/intent.ts';
import type { Receipt } from '../shared/core/receipt.ts';
import { readAcceptConfig } from '../shared/edge/config.ts';
import { makeLog } from '../shared/edge/log.ts';
import { makeEnqueue } from '../shared/edge/queue.ts';

const { queueUrl, maxMessageBytes, log: logOptions } = readAcceptConfig(process.env);
const log = makeLog(logOptions);
const now = () => new Date();

const accept = makeAccept({
  enqueue: makeEnqueue({ sqs: new SQSClient(), log }, { queueUrl, maxBytes: maxMessageBytes }),
  now,
  newIntentId: () => newId() as IntentId,
  maxMessageBytes,
});

/** Event rule or direct invocation → intents → queue. */
export const handler = middy<unknown, Receipt>(makeAcceptPayload(accept, now));
