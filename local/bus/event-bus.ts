import { randomUUID } from 'node:crypto';
import { awsFault, startAwsJsonServer } from './aws-json-server.ts';
import { busNameOf, makeBusOperations } from './bus-operations.ts';
import { type EventPattern, matchesPattern } from './event-pattern.ts';
import { type AsyncInvocations, makeAsyncInvocations, type Target } from './invoke-async.ts';
import { type BusEvent, type Entry, type EntryResult, readEntry } from './put-events.ts';

export type { BusEvent } from './put-events.ts';

/** A pattern as plain data, and the function to invoke. Without `bus`, the rule stands on every bus. */
export interface Rule {
  readonly name: string;
  readonly bus?: string;
  readonly pattern: EventPattern;
  readonly target: Target;
}

/** Faults that can be switched while the bus runs. */
export interface BusFaults {
  /** Every request is answered with status 500. */
  readonly down: boolean;
  /** The share of entries, 0 to 1, that fail with `InternalFailure`. */
  readonly failEntries: number;
  /** How many of the coming entries fail with `InternalFailure`, whatever the share. */
  readonly failNext: number;
}

export interface EventBusOptions {
  readonly host?: string;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Buses that exist from the start, beside `default`. */
  readonly buses: readonly string[];
  readonly rules?: readonly Rule[];
  /** Called when a rule's target has failed for good: the function's failure destination. */
  readonly onFailure?: (event: BusEvent, error: unknown) => void;
  readonly region?: string;
  /** The bound on a PutEvents request. EventBridge takes 1 MiB today, but regions lag. */
  readonly maxRequestBytes?: number;
  /** How long to wait before a failed target's second and third attempt. */
  readonly retryDelaysMs?: readonly number[];
  /** About how many of the latest events are kept; all unless told otherwise. */
  readonly maxEvents?: number;
  /** Decides `failEntries`: a number from 0 to below 1. */
  readonly random?: () => number;
  readonly now?: () => Date;
}

export type EventListener = (event: BusEvent, bus: string) => void;

export interface EventBus {
  readonly url: string;
  /** Every accepted event in order, of all buses; it grows as they come. */
  readonly events: readonly BusEvent[];
  readonly behave: (faults: Partial<BusFaults>) => void;
  /** Calls the listener for each event from now on, before its sender is answered; returns the unsubscription. */
  readonly onEvent: (listener: EventListener) => () => void;
  /** Takes no more requests, then waits for the targets under way, their further attempts included. */
  readonly stop: () => Promise<void>;
}

/** An escaped character takes up to six bytes on the wire. */
const WIRE_BYTES_PER_BYTE = 6;
const WIRE_OVERHEAD_BYTES = 65_536;

const REGION = 'eu-west-1';

const DOWN = awsFault('InternalException', 'The bus is down.', 500);

const NO_FAULTS: BusFaults = { down: false, failEntries: 0, failNext: 0 };

const INTERNAL_FAILURE: EntryResult = {
  ErrorCode: 'InternalFailure',
  ErrorMessage: 'Internal Service Failure',
};

/** The faults that are switched on, and whether they hit the next entry. */
const makeFaults = (random: () => number) => {
  let faults = NO_FAULTS;
  const takesNext = (): boolean => {
    if (faults.failNext <= 0) return false;
    faults = { ...faults, failNext: faults.failNext - 1 };
    return true;
  };
  return {
    isDown: () => faults.down,
    takesEntry: () => takesNext() || (faults.failEntries > 0 && random() < faults.failEntries),
    behave: (change: Partial<BusFaults>) => {
      faults = { ...faults, ...change };
    },
  };
};

/** The events so far, and the listeners to new ones. */
const makeRecord = (maxEvents: number) => {
  const events: BusEvent[] = [];
  const listeners = new Set<EventListener>();
  return {
    events,
    onEvent: (listener: EventListener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    add: (event: BusEvent, bus: string) => {
      events.push(event);
      // Cut in blocks: cutting one by one would move the whole array for every event.
      if (events.length > maxEvents * 1.1) events.splice(0, events.length - maxEvents);
      for (const listener of listeners) listener(event, bus);
    },
  };
};

type Deliver = (event: BusEvent, bus: string) => void;

/** Keeps each event and invokes the targets of the rules that match it. */
const makeDeliver =
  (rules: readonly Rule[], record: ReturnType<typeof makeRecord>, invocations: AsyncInvocations) =>
  (event: BusEvent, bus: string): void => {
    record.add(event, bus);
    for (const rule of rules) {
      const stands = rule.bus === undefined || rule.bus === bus;
      if (stands && matchesPattern(rule.pattern, event)) invocations.invoke(rule.target, event);
    }
  };

const makePut = (
  { region = REGION, now = () => new Date() }: EventBusOptions,
  buses: ReadonlySet<string>,
  takesEntry: () => boolean,
  deliver: Deliver,
) => {
  return (entry: Entry): EntryResult => {
    if (takesEntry()) return INTERNAL_FAILURE;
    const read = readEntry(entry, { id: randomUUID(), now: now(), region });
    if (!('detail' in read)) return read;
    const bus = busNameOf(entry.EventBusName ?? 'default');
    if (buses.has(bus)) deliver(read, bus);
    return { EventId: read.id };
  };
};

/**
 * A stand-in for EventBridge on its own wire (AWS JSON 1.1): the real SDK client works with `endpoint` set to `url`.
 * The bus accepts and drops an event for a bus that does not exist, as AWS documents under "Handling failures with
 * PutEvents".
 */
export const startEventBus = async (options: EventBusOptions): Promise<EventBus> => {
  const { rules = [], region = REGION, maxRequestBytes = 262_144 } = options;
  const { onFailure = () => undefined, retryDelaysMs = [50, 100] } = options;
  const buses = new Set(['default', ...options.buses]);
  const faults = makeFaults(options.random ?? Math.random);
  const record = makeRecord(options.maxEvents ?? Number.POSITIVE_INFINITY);
  const invocations = makeAsyncInvocations({ retryDelaysMs, onFailure });
  const deliver = makeDeliver(rules, record, invocations);
  const put = makePut(options, buses, faults.takesEntry, deliver);
  const carryOut = makeBusOperations({ buses, region, maxRequestBytes, put });
  const server = await startAwsJsonServer({
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
    service: 'AWSEvents',
    maxBodyBytes: maxRequestBytes * WIRE_BYTES_PER_BYTE + WIRE_OVERHEAD_BYTES,
    handle: (operation, input) => (faults.isDown() ? DOWN : carryOut(operation, input)),
  });
  const { events, onEvent } = record;
  const stop = async (): Promise<void> => {
    await server.stop();
    await invocations.drain();
  };
  return { url: server.url, events, behave: faults.behave, onEvent, stop };
};
