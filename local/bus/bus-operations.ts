import * as v from 'valibot';
import { type AwsReply, awsFault } from './aws-json-server.ts';
import {
  ACCOUNT,
  type Entry,
  type EntryResult,
  faultOfRequest,
  putEventsSchema,
} from './put-events.ts';

export interface BusOperationsOptions {
  /** The names of the buses that exist; CreateEventBus adds to it. */
  readonly buses: Set<string>;
  readonly region: string;
  readonly maxRequestBytes: number;
  /** Takes one entry of a request that is good as a whole. */
  readonly put: (entry: Entry) => EntryResult;
}

const named = v.object({ Name: v.optional(v.string(), 'default') });
const prefixed = v.object({ NamePrefix: v.optional(v.string(), '') });

const ok = (body: object): AwsReply => ({ status: 200, body });

/** A bus may be named by its ARN too. */
export const busNameOf = (nameOrArn: string): string =>
  nameOrArn.slice(nameOrArn.lastIndexOf('/') + 1);

const putEvents = (
  entries: readonly Entry[],
  { maxRequestBytes, put }: BusOperationsOptions,
): AwsReply => {
  const fault = faultOfRequest(entries, maxRequestBytes);
  if (fault !== undefined) return awsFault('ValidationException', fault);
  const results = entries.map(put);
  const failed = results.filter((result) => 'ErrorCode' in result).length;
  return ok({ FailedEntryCount: failed, Entries: results });
};

/** The buses by name and ARN, and what can be asked of them. */
const keepBuses = ({ buses, region }: BusOperationsOptions) => {
  const arnOf = (name: string): string => `arn:aws:events:${region}:${ACCOUNT}:event-bus/${name}`;
  const describe = (name: string) => ({ Name: name, Arn: arnOf(name) });
  return {
    create: (name: string): AwsReply => {
      if (buses.has(name))
        return awsFault('ResourceAlreadyExistsException', `Event bus ${name} already exists.`);
      buses.add(name);
      return ok({ EventBusArn: arnOf(name) });
    },
    describe: (name: string): AwsReply =>
      buses.has(name)
        ? ok(describe(name))
        : awsFault('ResourceNotFoundException', `Event bus ${name} does not exist.`),
    list: (prefix: string): AwsReply =>
      ok({ EventBuses: [...buses].filter((name) => name.startsWith(prefix)).map(describe) }),
  };
};

/** The operations of EventBridge that a sender needs: put events, and create the bus if it is missing. */
export const makeBusOperations = (options: BusOperationsOptions) => {
  const buses = keepBuses(options);
  const carryOut = (operation: string, input: unknown): AwsReply => {
    switch (operation) {
      case 'PutEvents':
        return putEvents(v.parse(putEventsSchema, input).Entries, options);
      case 'CreateEventBus':
        return buses.create(v.parse(named, input).Name);
      case 'DescribeEventBus':
        return buses.describe(busNameOf(v.parse(named, input).Name));
      case 'ListEventBuses':
        return buses.list(v.parse(prefixed, input).NamePrefix);
      default:
        return awsFault('UnknownOperationException', `${operation} is not known here.`);
    }
  };
  return (operation: string, input: unknown): AwsReply => {
    try {
      return carryOut(operation, input);
    } catch (cause) {
      if (!v.isValiError(cause)) throw cause;
      return awsFault('SerializationException', cause.message);
    }
  };
};
