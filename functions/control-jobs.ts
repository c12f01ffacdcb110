import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import middy from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { Agent } from 'undici';
import { v7 as newId } from 'uuid';
import { makeControlLoop } from '../shared/control/control.ts';
import type { Ledger } from '../shared/core/ledger.ts';
import { REQUEST_BOUNDS } from '../shared/edge/aws.ts';
import { makePublish } from '../shared/edge/bus.ts';
import { readControlConfig } from '../shared/edge/config.ts';
import { checkTable, keepChecking, makeDynamoLedger } from '../shared/edge/ledger-dynamodb.ts';
import { openSqliteLedger } from '../shared/edge/ledger-sqlite.ts';
import { makeLog } from '../shared/edge/log.ts';
import { makeBury, makePostpone, readRecord } from '../shared/edge/queue.ts';
import { makeSend } from '../shared/edge/upstream.ts';

const config = readControlConfig(process.env);
const log = makeLog(config.log);
const sqs = new SQSClient(REQUEST_BOUNDS);
const eventBridge = new EventBridgeClient(REQUEST_BOUNDS);

const openTable = (table: string): { ledger: Ledger; ready: () => Promise<void> } => {
  const edges = { dynamoDb: new DynamoDBClient(REQUEST_BOUNDS), log };
  return {
    ledger: makeDynamoLedger(edges, table),
    ready: keepChecking(() => checkTable(edges, table)),
  };
};

const { ledger, ready } =
  config.ledger.table === undefined
    ? { ledger: openSqliteLedger(config.ledger.file, { log, now: Date.now }), ready: undefined }
    : openTable(config.ledger.table);

const control = makeControlLoop(
  {
    ledger,
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
    newId,
  },
  config,
);

/** SQS batch → control loop → batchItemFailures. */
export const handler = middy<SQSEvent, SQSBatchResponse>(
  async ({ Records }: SQSEvent, context: Context) => {
    await ready?.();
    const staying = await control(Records.map(readRecord), () =>
      context.getRemainingTimeInMillis(),
    );
    return { batchItemFailures: staying.map((itemIdentifier) => ({ itemIdentifier })) };
  },
);
