import { UnansweredError } from './errors.ts';
import { limitTo, pause } from './limit.ts';

/** One attempt: its value, or why another one may help. An error that a repeat cannot help is thrown. */
export type Tried<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly cause: unknown; readonly retryAfterMs?: number | undefined };

export interface RepeatOptions {
  /** Milliseconds for all attempts together. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly idempotencyKey?: string | undefined;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

/** Milliseconds before attempt `n + 1`: never less than the service asks for, and spread so that clients do not meet. */
export const pauseAfter = (n: number, retryAfterMs = 0, random = Math.random): number =>
  retryAfterMs + random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (n - 1));

/**
 * Tries until there is a value, an error that a repeat cannot help, or no time left: then an {@link UnansweredError}. If the
 * caller's signal aborts, its reason is thrown.
 */
export const repeat = async <T>(
  attempt: (signal: AbortSignal) => Promise<Tried<T>>,
  { deadlineMs, signal, idempotencyKey }: RepeatOptions,
): Promise<T> => {
  const limit = limitTo(deadlineMs, signal);
  const ended = (n: number, cause: unknown) => new UnansweredError(n, cause, idempotencyKey);
  let n = 0;
  try {
    for (;;) {
      signal?.throwIfAborted();
      n += 1;
      const tried = await attempt(limit.signal);
      if (tried.ok) return tried.value;
      signal?.throwIfAborted();
      const waitMs = pauseAfter(n, tried.retryAfterMs);
      if (waitMs >= limit.leftMs()) throw ended(n, tried.cause);
      await pause(waitMs, limit.signal);
    }
  } catch (error) {
    // The deadline may also end a wait, or the making of a token.
    throw error === limit.signal.reason && signal?.aborted !== true ? ended(n, error) : error;
  } finally {
    limit.release();
  }
};
