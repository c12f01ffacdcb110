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
import { REQUEST_BOUNDS, withoutCopies } from '../shared/edge/aws.ts';
import { makePublish } from '../shared/edge/bus.ts';
import { readControlConfig } from '../shared/edge/control-config.ts';
import { giveBackFailed } from '../shared/edge/give-back-failed.ts';
import { holdFailedStart } from '../shared/edge/hold-failed-start.ts';
import { makeLog } from '../shared/edge/log.ts';
import { readMetricsConfig } from '../shared/edge/metrics.ts';
import {
  makeDeadLetter,
  type QueueMessage,
  queueNameOf,
  queueUrlOf,
  readRecord,
} from '../shared/edge/queue.ts';
import { makePostpone, makeRemove } from '../shared/edge/queue-return.ts';
import { makeSecretsManagerSource } from '../shared/edge/secrets-aws.ts';
import { makeFileSource } from '../shared/edge/secrets-file.ts';
import { fingerprintOf, sign } from '../shared/edge/signer.ts';
import { makeDispatcher, makeExchange } from '../shared/edge/upstream.ts';
import { errorText } from '../shared/json/error-text.ts';
import type { Log } from '../shared/json/log.ts';
import type { Measure } from '../shared/json/metric.ts';
import { MisconfiguredError, readTogether } from '../shared/json/settings.ts';
import type { Ledger } from '../shared/ledger/ledger.ts';
import { makeDynamoLedger } from '../shared/ledger/ledger-dynamodb.ts';
import { checkTable, keepChecking } from '../shared/ledger/ledger-dynamodb-table.ts';
import { openSqliteLedger } from '../shared/ledger/ledger-sqlite.ts';
import { measuredLedger } from '../shared/ledger/measured-ledger.ts';
import { type KeptAccounts, makeAccounts } from '../shared/upstream/accounts.ts';
import { makeAuthorised } from '../shared/upstream/authorise.ts';
import { measuredSend } from '../shared/upstream/measured-send.ts';
import { makePaced } from '../shared/upstream/pace.ts';
import { makeTokens } from '../shared/upstream/tokens.ts';
import { makeInstruments } from './wiring/instruments.ts';

type Config = ReturnType<typeof readControlConfig>;

interface Edges {
  readonly log: Log;
  readonly measure: Measure;
}

const RELEASE = { service: 'control-jobs', version: packageInfo.version } as const;
const now = Date.now;
const random = Math.random;

const openTable = (table: string, log: Log): { ledger: Ledger; ready: () => Promise<void> } => {
  const edges = { dynamoDb: withoutCopies(new DynamoDBClient(REQUEST_BOUNDS)), log };
  return {
    ledger: makeDynamoLedger(edges, table),
    ready: keepChecking(() => checkTable(edges, table)),
  };
};

const openFile = (file: string, log: Log): { ledger: Ledger; ready: undefined } => {
  try {
    return { ledger: openSqliteLedger(file, { log, now }), ready: undefined };
  } catch (cause) {
    throw new MisconfiguredError(`the ledger ${file} cannot be opened: ${errorText(cause)}`, {
      cause,
    });
  }
};

const openLedger = ({ ledger: { table, file } }: Config, log: Log) =>
  table === undefined ? openFile(file, log) : openTable(table, log);

const openAccounts = ({ secret: { id, file }, accounts }: Config, edges: Edges): KeptAccounts => {
  const fetch =
    id === undefined
      ? makeFileSource(file)
      : makeSecretsManagerSource(new SecretsManagerClient(REQUEST_BOUNDS), id);
  return makeAccounts({ fetch, now, ...edges }, accounts);
};

const openUpstream = (
  { connections, callTimeoutMs, upstream }: Config,
  accounts: KeptAccounts,
  { log, measure }: Edges,
) => {
  const { send, identify } = makeAuthorised(
    {
      accounts,
      tokens: makeTokens({ now }),
      exchange: makeExchange(makeDispatcher(connections), { timeoutMs: callTimeoutMs }),
      sign,
      fingerprint: fingerprintOf,
      now,
      log,
      newId,
    },
    { ...upstream, version: packageInfo.version },
  );
  return {
    send: makePaced({ send: measuredSend(send, measure), now, random, pause: sleep }),
    identify,
  };
};

const openWaysOut = (config: Config, { log, measure }: Edges) => {
  const sqs = withoutCopies(new SQSClient(REQUEST_BOUNDS));
  const { queueUrl, deadLetterQueueUrl } = config;
  const { eventBusName: busName, maxEventBytes: maxBytes, resultsPerEvent: perEvent } = config;
  const publish = makePublish(
    { eventBridge: withoutCopies(new EventBridgeClient(REQUEST_BOUNDS)), log },
    { busName, maxBytes, perEvent },
  );
  return {
    ...measuredWaysOut<QueueMessage>(
      {
        publish,
        deadLetter: makeDeadLetter({ sqs, log }, { queueUrl: deadLetterQueueUrl }),
        postpone: makePostpone({ sqs, log }, { queueUrl }),
      },
      measure,
    ),
    remove: makeRemove({ sqs, log }, { queueUrl }),
  };
};

/** The control loop over its edges. Throws `MisconfiguredError` if the settings cannot be used. */
const start = () => {
  const [config, namespace] = readTogether(
    () => readControlConfig(process.env),
    () => readMetricsConfig(process.env),
  );
  const { log, measure, startSpan, instrumented } = makeInstruments(
    { log: config.log, namespace },
    RELEASE,
  );
  const { ledger, ready } = openLedger(config, log);
  const accounts = openAccounts(config, { log, measure });
  const ways = {
    ledger: measuredLedger(ledger, measure),
    ...openUpstream(config, accounts, { log, measure }),
    ...openWaysOut(config, { log, measure }),
  };
  const control = makeControlLoop({ ...ways, measure, startSpan, log, now, random, newId }, config);
  const orGiveBack = giveBackFailed<QueueMessage, readonly string[]>({
    postpone: ways.postpone,
    isGivenBack: (error) => error instanceof AllRequestsRefusedError,
    log,
    maxReceives: config.maxReceives,
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
  const spanOf = ({ Records }: SQSEvent, { awsRequestId: invocation }: Context) =>
    processSpan(queueNameOf(config.queueUrl), { invocation, messages: Records.length });
  return instrumented(handle, spanOf);
};

/** What the template sets unless it is told otherwise. */
const MOST_RECEIVES = 1_000;

/** Gives back a batch of a function that cannot start. No setting can be relied on: the event says which queue it is. */
const failed = (error: unknown, { Records }: SQSEvent, context: Context): Promise<never> => {
  const { log, logged } = makeLog({ level: 'info', sampleRate: 0 }, RELEASE);
  // A queue elsewhere than on AWS has its endpoint in the environment, and not in its ARN.
  const sqs = new SQSClient({ ...REQUEST_BOUNDS, useQueueUrlAsEndpoint: false });
  const queueUrl = queueUrlOf(Records[0]?.eventSourceARN ?? '');
  const orGiveBack = giveBackFailed<QueueMessage, never>({
    postpone: makePostpone({ sqs, log }, { queueUrl }),
    isGivenBack: () => false,
    log,
    maxReceives: Number(process.env.MAX_RECEIVES) || MOST_RECEIVES,
  });
  const giveBack = logged((messages: readonly QueueMessage[]) =>
    orGiveBack(messages, () => Promise.reject(error)),
  );
  return giveBack(Records.map(readRecord), context);
};

const held = holdFailedStart(start, failed);

/** SQS batch → control loop → batchItemFailures. */
export const handler = middy<SQSEvent, SQSBatchResponse>(held.handler);

/** Throws why the function could not start. For the embedded stack, which then does not start either. */
export const checkStart = held.check;
