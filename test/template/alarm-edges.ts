import { SQSClient } from '@aws-sdk/client-sqs';
import { startFauxqs } from 'fauxqs';
import { startEventBus } from '../../local/bus/event-bus.ts';
import { developmentCallers } from '../../local/callers.ts';
import { DEFAULT_TOKEN } from '../../local/settings.ts';
import { startUpstream } from '../../local/upstream/simulator.ts';
import { AWS } from '../support/aws.ts';
import { createTable, startDynamoDb } from '../support/dynamodb.ts';
import { startFaultyAws } from '../support/faulty-aws.ts';
import { passThrough } from '../support/pass-through.ts';
import { DOWN } from './alarm-events.ts';

const PAIR = { ak: 'access-key', sk: 'secret-key-of-the-pair' };
const { region } = AWS;

const startQueues = async () => {
  const queues = await startFauxqs({ port: 0, logger: false });
  for (const name of ['intents', 'intents-dlq']) queues.createQueue(name, { region });
  const endpoint = `http://127.0.0.1:${queues.port}`;
  const client = new SQSClient({ ...AWS, endpoint });
  return {
    environment: {
      QUEUE_URL: `${endpoint}/000000000000/intents`,
      DEAD_LETTER_QUEUE_URL: `${endpoint}/000000000000/intents-dlq`,
      AWS_ENDPOINT_URL_SQS: endpoint,
    },
    /** Messages that the queue has given. */
    receive: (bodies: readonly string[]) =>
      passThrough(client, `${endpoint}/000000000000/intents`, bodies),
    stop: async () => {
      client.destroy();
      await queues.stop();
    },
  };
};

/** What stands in for AWS and the upstream. The upstream serves all projects but one. */
export const startEdges = async () => {
  const queues = await startQueues();
  const bus = await startEventBus({ buses: ['results'], region });
  const upstream = await startUpstream({ accounts: { keys: [PAIR] } });
  const ledger = await startDynamoDb();
  await createTable(ledger.dynamoDb, 'ledger');
  const callers = JSON.stringify({ callers: developmentCallers(DEFAULT_TOKEN) });
  const faulty = await startFaultyAws(callers);
  const down = { ...PAIR, endpoints: { dli: `${faulty.url}/outage` } };
  return {
    faulty: faulty.url,
    credentials: JSON.stringify({ projects: { [DOWN]: down, '*': PAIR } }),
    receive: queues.receive,
    environment: {
      ...queues.environment,
      EVENT_BUS_NAME: 'results',
      LEDGER_TABLE: 'ledger',
      DLI_ENDPOINT: upstream.url,
      DRS_ENDPOINT: upstream.url,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL_EVENTBRIDGE: bus.url,
      AWS_ENDPOINT_URL_DYNAMODB: ledger.url,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: `${faulty.url}/secret`,
    },
    stop: () =>
      Promise.all([queues.stop(), bus.stop(), upstream.stop(), ledger.stop(), faulty.stop()]),
  };
};
