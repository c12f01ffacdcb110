import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import middy from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { v7 as newId } from 'uuid';
import packageInfo from '../package.json' with { type: 'json' };
import { AllRequestsRefusedError, makeControlLoop } from '../shared/control/control.ts';
import { measuredWaysOut } from '../shared/control/measured-ways-out.ts';
import { processSpan } from '../shared/control/process-span.ts';
import { REQUEST_BOUNDS } from '../shared/edge/aws.ts';
import { makePublish } from '../shared/edge/bus.ts';
import { readControlConfig } from '../shared/edge/control-config.ts';
import { giveBackFailed } from '../shared/edge/give-back-failed.ts';
import { makeLog } from '../shared/edge/log.ts';
import { makeMetrics, readMetricsConfig } from '../shared/edge/metrics.ts';
import {
  makeDeadLetter,
  type QueueMessage,
  queueNameOf,
  readRecord,
} from '../shared/edge/queue.ts';
import { makePostpone, makeRemove } from '../shared/edge/queue-return.ts';
import { makeSecretsManagerSource } from '../shared/edge/secrets-aws.ts';
import { makeFileSource } from '../shared/edge/secrets-file.ts';
import { fingerprintOf, sign } from '../shared/edge/signer.ts';
import { makeTracing } from '../shared/edge/tracing.ts';
import { makeDispatcher, makeExchange } from '../shared/edge/upstream.ts';
import { readTogether } from '../shared/json/settings.ts';
import type { Ledger } from '../shared/ledger/ledger.ts';
import { makeDynamoLedger } from '../shared/ledger/ledger-dynamodb.ts';
import { checkTable, keepChecking } from '../shared/ledger/ledger-dynamodb-table.ts';
import { openSqliteLedger } from '../shared/ledger/ledger-sqlite.ts';
import { measuredLedger } from '../shared/ledger/measured-ledger.ts';
import { makeAccounts } from '../shared/upstream/accounts.ts';
import { makeAuthorised } from '../shared/upstream/authorise.ts';
import { measuredSend } from '../shared/upstream/measured-send.ts';
import { makePaced } from '../shared/upstream/pace.ts';
import { makeTokens } from '../shared/upstream/tokens.ts';

const [config, namespace] = readTogether(
  () => readControlConfig(process.env),
  () => readMetricsConfig(process.env),
);
const { log, logged } = makeLog(config.log, {
  service: 'control-jobs',
  version: packageInfo.version,
});
const { measure, measured } = makeMetrics({ namespace, log }, 'control-jobs');
const { startSpan, traced } = makeTracing({ version: packageInfo.version });
const now = Date.now;
const random = Math.random;
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
    ? { ledger: openSqliteLedger(config.ledger.file, { log, now }), ready: undefined }
    : openTable(config.ledger.table);

const accounts = makeAccounts(
  {
    fetch:
      config.secret.id === undefined
        ? makeFileSource(config.secret.file)
        : makeSecretsManagerSource(new SecretsManagerClient(REQUEST_BOUNDS), config.secret.id),
    now,
    log,
    measure,
  },
  config.accounts,
);

const { send, identify } = makeAuthorised(
  {
    accounts,
    tokens: makeTokens({ now }),
    exchange: makeExchange(makeDispatcher(config.connections), { timeoutMs: config.callTimeoutMs }),
    sign,
    fingerprint: fingerprintOf,
    now,
    log,
    newId,
  },
  { ...config.upstream, version: packageInfo.version },
);

const waysOut = measuredWaysOut<QueueMessage>(
  {
    publish: makePublish(
      { eventBridge, log },
      {
        busName: config.eventBusName,
        maxBytes: config.maxEventBytes,
        perEvent: config.resultsPerEvent,
      },
    ),
    deadLetter: makeDeadLetter({ sqs, log }, { queueUrl: config.deadLetterQueueUrl }),
    postpone: makePostpone({ sqs, log }, { queueUrl: config.queueUrl }),
  },
  measure,
);

const control = makeControlLoop(
  {
    ledger: measuredLedger(ledger, measure),
    identify,
    send: makePaced({ send: measuredSend(send, measure), now, random, pause: sleep }),
    ...waysOut,
    remove: makeRemove({ sqs, log }, { queueUrl: config.queueUrl }),
    measure,
    startSpan,
    log,
    now,
    random,
    newId,
  },
  config,
);

const orGiveBack = giveBackFailed<QueueMessage, readonly string[]>({
  postpone: waysOut.postpone,
  isGivenBack: (error) => error instanceof AllRequestsRefusedError,
});

const handle = async ({ Records }: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
  // The event is emptied: of thousands of records, only what is needed stays in memory.
  const messages = Records.splice(0).map(readRecord);
  const staying = await orGiveBack(messages, async () => {
    await Promise.all([ready?.(), accounts.check()]);
    return control(messages, () => context.getRemainingTimeInMillis());
  });
  return { batchItemFailures: staying.map((itemIdentifier) => ({ itemIdentifier })) };
};

const queueName = queueNameOf(config.queueUrl);

/** SQS batch → control loop → batchItemFailures. */
export const handler = middy<SQSEvent, SQSBatchResponse>(
  logged(
    measured(
      traced(handle, ({ Records }, { awsRequestId: invocation }) =>
        processSpan(queueName, { invocation, messages: Records.length }),
      ),
    ),
  ),
);
