import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import middy from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { Agent } from 'undici';
import { v7 as newId } from 'uuid';
import { makeControlLoop } from '../shared/control.ts';
import { REQUEST_BOUNDS } from '../shared/edge/aws.ts';
import { makePublish } from '../shared/edge/bus.ts';
import { readControlConfig } from '../shared/edge/config.ts';
import { makeLog } from '../shared/edge/log.ts';
import { makeBury, makePostpone, readRecord } from '../shared/edge/queue.ts';
import { makeSend } from '../shared/edge/upstream.ts';

const config = readControlConfig(process.env);
const log = makeLog(config.log);
const sqs = new SQSClient(REQUEST_BOUNDS);
const eventBridge = new EventBridgeClient(REQUEST_BOUNDS);

const control = makeControlLoop(
  {
    send: makeSend(new Agent({ connections: config.callConcurrency, allowH2: false }), {
      endpoints: config.endpoints,
      language: config.language,
      timeoutMs: config.callTimeoutMs,
    }),
    publish: makePublish(
      { eventBridge, log },
      { busName: config.eventBusName, maxBytes: config.maxEventBytes },
    ),
    bury: makeBury({ sqs, log }, { queueUrl: config.deadLetterQueueUrl }),
    postpone: makePostpone({ sqs, log }, { queueUrl: config.queueUrl }),
    log,
    now: Date.now,
    random: Math.random,
    newCallId: newId,
  },
  {
    maxJobsPerCall: config.maxJobsPerCall,
    callConcurrency: config.callConcurrency,
    msPerCall: config.msPerCall,
    restartDelaySeconds: config.restartDelaySeconds,
  },
);

/** SQS batch → control loop → batchItemFailures. */
export const handler = middy<SQSEvent, SQSBatchResponse>(
  async ({ Records }: SQSEvent, context: Context) => {
    const staying = await control(Records.map(readRecord), () =>
      context.getRemainingTimeInMillis(),
    );
    return { batchItemFailures: staying.map((itemIdentifier) => ({ itemIdentifier })) };
  },
);
