import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Entry } from './entries.ts';
import type { Figures } from './figures.ts';
import type { KnownBatch } from './known-batches.ts';
import type { ConsoleRecord } from './record.ts';
import type { Waiting } from './waiting.ts';

/** How many messages the intents queue has: to be taken, taken, and put off. */
export interface QueueDepth {
  readonly visible: number;
  readonly hidden: number;
  readonly delayed: number;
}

/** What stands beside the record. It is read while a page listens. */
export interface Pulse {
  readonly queue?: QueueDepth;
  readonly waiting: readonly Waiting[];
  readonly behaviour?: unknown;
}

/** The batch that is being gathered. */
export interface Gathering {
  readonly messages: number;
  readonly closesAt?: number | undefined;
}

/** One event of the stream: all that changed since the one before. */
export interface Frame extends Pulse {
  readonly now: number;
  readonly figures: Figures;
  readonly batches: readonly KnownBatch[];
  readonly entries: readonly Entry[];
  readonly gathering: Gathering;
}

export interface StreamParts {
  readonly record: ConsoleRecord;
  readonly readPulse: () => Promise<Pulse>;
  readonly gathering: () => Gathering;
  readonly now: () => number;
}

interface Listener {
  readonly response: ServerResponse;
  /** The run of the stack, which begins each id. */
  readonly run: string;
  /** The id of the last entry that it has. */
  id: number;
  /** What stood beside the record then. */
  beside: string;
  writtenAt: number;
}

/** Four frames in a second at most, however much happens. */
const FRAME_MS = 250;
const PULSE_MS = 1_000;
const SILENCE_MS = 10_000;
/** The entries of one frame at most. A page that was away for longer misses the oldest. */
const MOST_ENTRIES = 200;
const MOST_LISTENERS = 32;

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
} as const;

const frameFor = ({ record, gathering, now }: StreamParts, pulse: Pulse, since: number): Frame => ({
  now: now(),
  figures: record.figures(),
  batches: record.batches.changedSince(since),
  entries: record.since(since).slice(-MOST_ENTRIES),
  gathering: gathering(),
  ...pulse,
});

/** Writes a frame if anything changed. A listener that reads slowly gets it later, as one. */
const tellListener = (parts: StreamParts, pulse: Pulse, one: Listener): void => {
  const { response, run } = one;
  if (response.writableNeedDrain || response.destroyed) return;
  const at = parts.now();
  const last = parts.record.lastId();
  const beside = JSON.stringify([pulse, parts.gathering()]);
  if (last === one.id && beside === one.beside) {
    if (at - one.writtenAt < SILENCE_MS) return;
    response.write(': still here\n\n');
  } else {
    response.write(
      `id: ${run}-${last}\ndata: ${JSON.stringify(frameFor(parts, pulse, one.id))}\n\n`,
    );
  }
  Object.assign(one, { id: last, beside, writtenAt: at });
};

/** Where a listener left off, by its `Last-Event-ID`. 0 if that is of another run of the stack, or no id at all. */
const placeIn = (run: string, lastId: string | undefined, last: number): number => {
  const [, of, id] = /^([0-9a-f]+)-(\d{1,15})$/.exec(lastId ?? '') ?? [];
  return of === run && Number(id) <= last ? Number(id) : 0;
};

/** What stands beside the record, read once in a second while a page listens. */
const keepPulse = ({ readPulse, now }: StreamParts) => {
  let pulse: Pulse = { waiting: [] };
  let readAt = 0;
  let isReading = false;
  return {
    now: (): Pulse => pulse,
    /** What was read for a page that has left is old. */
    forget: (): void => {
      pulse = { waiting: [] };
      readAt = 0;
    },
    refresh: (): void => {
      if (isReading || now() - readAt < PULSE_MS) return;
      isReading = true;
      readPulse()
        .then((read) => {
          pulse = read;
        })
        .catch(() => undefined)
        .finally(() => {
          isReading = false;
          readAt = now();
        });
    },
  };
};

/**
 * The stream of server-sent events. Its ids can be resumed from: a listener that names its last one gets what came since,
 * as far as it is kept. Law: while no page listens, nothing is read and no timer runs.
 */
export const makeStream = (parts: StreamParts) => {
  const run = randomBytes(4).toString('hex');
  const listeners = new Set<Listener>();
  const pulse = keepPulse(parts);
  let timer: NodeJS.Timeout | undefined;
  const beat = (): void => {
    pulse.refresh();
    for (const one of listeners) tellListener(parts, pulse.now(), one);
  };
  const leave = (one: Listener): void => {
    listeners.delete(one);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
    pulse.forget();
  };
  return {
    /** Answers with the stream, from where the listener left off. False if too many listen. */
    open: (response: ServerResponse, lastId: string | undefined): boolean => {
      if (listeners.size >= MOST_LISTENERS) return false;
      response.writeHead(200, HEADERS);
      const id = placeIn(run, lastId, parts.record.lastId());
      const one: Listener = { response, run, id, beside: '', writtenAt: 0 };
      listeners.add(one);
      response.once('close', () => leave(one));
      tellListener(parts, pulse.now(), one);
      timer ??= setInterval(beat, FRAME_MS);
      return true;
    },
    stop: (): void => {
      for (const { response } of listeners) response.end();
      clearInterval(timer);
      timer = undefined;
    },
  };
};
