import { errorName } from '../json/error-name.ts';
import { sentence } from '../json/fault.ts';
import type { Log } from '../json/log.ts';
import type { Measure } from '../json/metric.ts';
import { MisconfiguredError } from '../json/settings.ts';
import { type Callers, readCallers } from './callers-document.ts';

export interface KeptEdges<Version> {
  /** The secret's text. Rejects with `MisconfiguredError` if it can never be read, with another error if not now. */
  readonly fetch: () => Promise<string>;
  /** What is made of each valid version. */
  readonly make: (callers: Callers) => Version;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
  /** Counts each read that brings no valid version. */
  readonly measure?: Measure | undefined;
  readonly pause: (ms: number) => Promise<unknown>;
}

/** So long a request waits for a newer version than the one in force. Senders of webhooks wait for five seconds in all. */
const PATIENCE_MS = 500;

export interface KeptOptions {
  /** How long a version is used before the secret is read again. */
  readonly ttlMs: number;
  /** After a failed read, the next one starts so much later. */
  readonly retryMs: number;
}

/** What is known of the secret. */
interface KeptState<Version> extends KeptEdges<Version>, KeptOptions {
  text?: string;
  version?: Version;
  /** Why the last read brought nothing, if the secret itself is at fault. */
  fault?: MisconfiguredError | undefined;
  reading?: Promise<void> | undefined;
  nextAt: number;
}

const parse = (text: string): Callers => {
  const read = readCallers(text);
  if (read.ok) return read.callers;
  throw new MisconfiguredError(`Settings: the secret with the callers: ${sentence(read.faults)}`);
};

const readOnce = async <Version>(it: KeptState<Version>): Promise<void> => {
  const startedAt = it.now();
  try {
    const text = await it.fetch();
    if (text !== it.text) it.version = it.make(parse(text));
    it.text = text;
    it.fault = undefined;
    it.nextAt = startedAt + it.ttlMs;
  } catch (error) {
    it.nextAt = startedAt + Math.min(it.retryMs, it.ttlMs);
    it.fault = error instanceof MisconfiguredError ? error : undefined;
    it.measure?.('SecretFailures', 1);
    it.log.warn('callers not read', {
      reason: errorName(error),
      older_kept: it.version !== undefined,
    });
  }
};

/** Also due after the clock was set back. That must not stop the reading. */
const isDue = <Version>({ now, nextAt, ttlMs }: KeptState<Version>): boolean =>
  now() >= nextAt || nextAt - now() > ttlMs;

/**
 * What is made of the secret with the callers, read when it is needed, and kept. Laws: one read at a time. The last good
 * version stays in force while a later one is faulty or out of reach; each such read is one log line `callers not read`.
 * Resolves to `out of reach` if none could be read so far. Rejects with `MisconfiguredError`, which names every fault, if
 * the first version is faulty.
 */
export const keepCallers = <Version>(edges: KeptEdges<Version>, options: KeptOptions) => {
  const it: KeptState<Version> = { ...edges, ...options, nextAt: Number.NEGATIVE_INFINITY };
  return async (): Promise<Version | 'out of reach'> => {
    if (isDue(it) && it.reading === undefined)
      it.reading = readOnce(it).finally(() => {
        it.reading = undefined;
      });
    // A removed caller is out at once, as a rule. If the secret is slow, the version in force serves meanwhile.
    if (it.version === undefined) await it.reading;
    else if (it.reading !== undefined) await Promise.race([it.reading, it.pause(PATIENCE_MS)]);
    if (it.version !== undefined) return it.version;
    if (it.fault !== undefined) throw it.fault;
    return 'out of reach';
  };
};
