import {
  BatchExecuteStatementCommand,
  BatchGetItemCommand,
  type BatchStatementRequest,
  ConditionalCheckFailedException,
  ResourceNotFoundException,
} from '@aws-sdk/client-dynamodb';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { ChangeMessageVisibilityBatchCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import fc from 'fast-check';
import { type Spelling, spell } from './quotes.ts';

export const SERVICES = ['queue', 'bus', 'ledger'] as const;
export const AWS_MANNERS = ['throws', 'refuses', 'has no table', 'fails a condition'] as const;
export const AWS_QUOTED = ['aws', 'authorization', 'tokens', 'sent'] as const;

/** What one of AWS's services does in place of serving a request. */
export interface AwsFault {
  readonly service: (typeof SERVICES)[number];
  /** How many requests to it are served before. */
  readonly after: number;
  readonly manner: (typeof AWS_MANNERS)[number];
  readonly quoted: (typeof AWS_QUOTED)[number];
  readonly spelling: Spelling;
}

export const awsFault = (): fc.Arbitrary<AwsFault> =>
  fc.record({
    service: fc.constantFrom(...SERVICES),
    after: fc.oneof(fc.constant(0), fc.nat({ max: 12 })),
    manner: fc.constantFrom(...AWS_MANNERS),
    quoted: fc.constantFrom(...AWS_QUOTED),
    // AWS quotes headers as they were sent.
    spelling: fc.constantFrom<Spelling>('plain', 'json'),
  });

/** It is thrown as the cause of ours, so these are AWS's own words, which quote nothing. */
const NO_TABLE = 'Requested resource not found: Table: ledger not found';

/** An error of a client, in AWS's words for a request whose signature it does not understand. */
const errorOf = ({ manner, spelling: how }: AwsFault, said: string): Error => {
  const message = `Invalid key=value pair in Authorization header: ${spell(said, how)}`;
  const more = { message, $metadata: { httpStatusCode: 400 }, cause: new Error(said) };
  switch (manner) {
    case 'throws':
      return Object.assign(new Error(message), { ...more, name: 'IncompleteSignatureException' });
    case 'refuses':
      return Object.assign(new Error(message), { ...more, name: 'InvalidSignatureException' });
    case 'has no table':
      return new ResourceNotFoundException({ message: NO_TABLE, $metadata: {} });
    case 'fails a condition':
      return Object.assign(new ConditionalCheckFailedException(more), { cause: more.cause });
  }
};

type Item = Readonly<Record<string, { readonly S?: string } | undefined>>;

const isWrite = (command: unknown): command is BatchExecuteStatementCommand =>
  command instanceof BatchExecuteStatementCommand;

const lostBecause = (Message: string) => ({
  Error: { Code: 'ConditionalCheckFailed' as const, Message },
});

/** A table that is written by conditions, as far as the ledger asks. */
const makeTable = () => {
  const items = new Map<string, Item>();
  return {
    readMany: ({ RequestItems = {} }: BatchGetItemCommand['input']) =>
      Object.fromEntries(
        Object.entries(RequestItems).map(([name, { Keys = [] }]) => [
          name,
          Keys.flatMap((key) => items.get(key.pk?.S ?? '') ?? []),
        ]),
      ),
    /** Takes the two statements of the ledger: their parameters tell them apart. Whether the condition held. */
    write: ({ Parameters = [] }: BatchStatementRequest): boolean => {
      const texts = Parameters.map(({ S = '' }) => S);
      const isInsert = texts.length === 4;
      const [key = '', version = '', body = ''] = isInsert ? texts : [texts[3], texts[0], texts[1]];
      if (items.get(key)?.version?.S !== (isInsert ? undefined : texts[4])) return false;
      items.set(key, { pk: { S: key }, version: { S: version }, body: { S: body } });
      return true;
    },
  };
};

const TABLE = {
  Table: {
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
  },
};

type NextFault = (
  service: AwsFault['service'],
) => { readonly fault: AwsFault; readonly said: string } | undefined;
type Came = (what: string, sent: unknown) => void;

const makeLeakyLedger = (nextFault: NextFault, came: Came) => {
  const table = makeTable();
  return async (command: unknown) => {
    const trouble = nextFault('ledger');
    if (trouble?.fault.manner === 'fails a condition' && isWrite(command))
      return { Responses: command.input.Statements?.map(() => lostBecause(trouble.said)) };
    if (trouble !== undefined) throw errorOf(trouble.fault, trouble.said);
    if (command instanceof BatchGetItemCommand) return { Responses: table.readMany(command.input) };
    if (!isWrite(command)) return TABLE;
    came('record', command.input);
    const { Statements } = command.input;
    return { Responses: Statements?.map((one) => (table.write(one) ? {} : lostBecause('lost'))) };
  };
};

const makeLeakyBus = (nextFault: NextFault, came: Came) => async (command: unknown) => {
  const entries = command instanceof PutEventsCommand ? (command.input.Entries ?? []) : [];
  const trouble = nextFault('bus');
  if (trouble !== undefined && trouble.fault.manner !== 'refuses')
    throw errorOf(trouble.fault, trouble.said);
  if (trouble !== undefined)
    return {
      Entries: entries.map(() => ({ ErrorCode: 'InternalFailure', ErrorMessage: trouble.said })),
    };
  came('events', entries);
  return { Entries: entries.map((_, i) => ({ EventId: String(i) })) };
};

const makeLeakyQueue = (nextFault: NextFault, came: Came) => async (command: unknown) => {
  const trouble = nextFault('queue');
  if (command instanceof SendMessageCommand) came('dead-lettered', command.input);
  if (trouble === undefined) return {};
  if (trouble.fault.manner === 'refuses' && command instanceof ChangeMessageVisibilityBatchCommand)
    return { Failed: [{ Id: '0', Code: 'No', SenderFault: true, Message: trouble.said }] };
  throw errorOf(trouble.fault, trouble.said);
};

/** A table, a bus and a queue as far as the edges ask, each over one `send`. Everything that they are sent is told. */
export const makeLeakyAws = (nextFault: NextFault, came: Came) => ({
  ledger: makeLeakyLedger(nextFault, came),
  bus: makeLeakyBus(nextFault, came),
  queue: makeLeakyQueue(nextFault, came),
});
