import {
  DescribeEventBusCommand,
  EventBridgeClient,
  ListRulesCommand,
} from '@aws-sdk/client-eventbridge';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mappingState } from '../target/mapping.ts';
import { openLedgerOf } from '../target/open-ledger.ts';
import { OUTPUTS, type OutputName, type Parts } from '../target/parts.ts';
import { readBreakers } from '../target/read-breakers.ts';
import type { Target } from '../target/target.ts';
import { shownBreaker } from '../text/breaker-text.ts';
import { counted } from '../text/times.ts';
import type { World } from '../world.ts';
import { bad, type Check, type Finding, type MakeChecks, ok, warning } from './check.ts';

const outputs = async ({ parts }: Target): Promise<Finding> => {
  const { find } = await parts();
  const hasLedger = find('LedgerTableName') !== undefined || find('LedgerFile') !== undefined;
  const missing = OUTPUTS.filter(
    (name) => find(name) === undefined && !(name === 'LedgerTableName' && hasLedger),
  );
  return missing.length === 0
    ? ok('all parts are told')
    : bad(`no output ${missing.join(', ')}`, 'deploy this release');
};

const COUNTS = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;

const depthOf = async (parts: Parts, name: OutputName): Promise<readonly number[]> => {
  const sqs = new SQSClient(parts.config('sqs'));
  try {
    const QueueUrl = parts.output(name);
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...COUNTS] }),
    );
    return COUNTS.map((count) => Number(Attributes[count] ?? 0));
  } finally {
    sqs.destroy();
  }
};

const intentsQueue = async (parts: Parts): Promise<Finding> => {
  const [waiting = 0, hidden = 0] = await depthOf(parts, 'IntentsQueueUrl');
  return ok(`${counted(waiting, 'message')} waiting, ${hidden} under way or put off`);
};

/** Messages that were given up wait for a person. */
const givenUp = async (parts: Parts, name: OutputName): Promise<Finding> => {
  const [waiting = 0, hidden = 0] = await depthOf(parts, name);
  return waiting + hidden === 0
    ? ok('empty')
    : warning(counted(waiting + hidden, 'message'), 'see what they are: job-fanin replay --list');
};

const mapping = async (parts: Parts): Promise<Finding> => {
  const state = await mappingState(parts);
  return state === 'Enabled'
    ? ok('Enabled')
    : warning(`${state}: accepted intents wait`, 'to go on: job-fanin resume');
};

const bus = async (parts: Parts, isEmbedded: boolean): Promise<Finding> => {
  const events = new EventBridgeClient(parts.config('events'));
  try {
    const Name = parts.output('ResultsBusName');
    await events.send(new DescribeEventBusCommand({ Name }));
    if (isEmbedded) return ok(Name);
    const { Rules = [] } = await events.send(
      new ListRulesCommand({ EventBusName: Name, Limit: 1 }),
    );
    return Rules.length > 0
      ? ok(Name)
      : warning(`no rule on ${Name}: nothing takes the results`, 'add one: docs/deploy.md');
  } finally {
    events.destroy();
  }
};

/** One read. A file is also looked through for breakers; a table would be read as a whole. */
const ledger = async (world: World, { parts }: Target): Promise<Finding> => {
  const opened = await openLedgerOf(await parts(), world);
  const keys = opened.isFile ? await opened.list('cool/') : ['cool/dli/-'];
  const known = await readBreakers(opened, keys);
  const held = known.filter((one) => shownBreaker(one, world.now())?.idle === false);
  return held.length === 0
    ? ok('it answers')
    : warning(`${counted(held.length, 'circuit breaker')} not closed`, 'see: job-fanin held');
};

/** What lies between the ways in and the way out. */
export const stackChecks: MakeChecks = (world, target) => {
  const of = (check: (parts: Parts) => Promise<Finding>) => async () => check(await target.parts());
  const queue = (name: string, output: OutputName): Check => ({
    name,
    needs: 'sqs:GetQueueAttributes',
    run: of((parts) => givenUp(parts, output)),
  });
  return [
    { name: 'parts', needs: 'cloudformation:DescribeStacks', run: () => outputs(target) },
    { name: 'intents queue', needs: 'sqs:GetQueueAttributes', run: of(intentsQueue) },
    queue('dead letters', 'DeadLetterQueueUrl'),
    queue('failed events', 'FailedEventsQueueUrl'),
    {
      name: 'event source mapping',
      needs: 'lambda:GetEventSourceMapping',
      run: of(mapping),
    },
    { name: 'ledger', needs: 'dynamodb:BatchGetItem', run: () => ledger(world, target) },
    {
      name: 'results bus',
      needs: 'events:DescribeEventBus, events:ListRules',
      run: of((parts) => bus(parts, target.isEmbedded)),
    },
  ];
};
