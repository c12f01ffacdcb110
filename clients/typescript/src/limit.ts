/** The end of a call: its deadline, or its caller's wish. */
export interface Limit {
  /** Aborts at the deadline, or with the caller's own signal. */
  readonly signal: AbortSignal;
  readonly leftMs: () => number;
  /** Gives the timer and the listener back. */
  readonly release: () => void;
}

/** Calls back when a signal aborts, or has aborted. Returns what ends that. */
const onAbort = (signal: AbortSignal | undefined, then: () => void): (() => void) => {
  if (signal?.aborted) then();
  signal?.addEventListener('abort', then, { once: true });
  return () => signal?.removeEventListener('abort', then);
};

/** A limit of so many milliseconds from now, inside the given signal. */
export const limitTo = (ms: number, outer?: AbortSignal): Limit => {
  const endsAt = performance.now() + ms;
  const controller = new AbortController();
  const timer = setTimeout(
    () => controller.abort(new DOMException('The time is over', 'TimeoutError')),
    Math.min(ms, LONGEST_TIMER_MS),
  );
  const forget = onAbort(outer, () => controller.abort(outer?.reason));
  return {
    signal: controller.signal,
    leftMs: () => endsAt - performance.now(),
    release: () => {
      clearTimeout(timer);
      forget();
    },
  };
};

/** Node fires a longer timer at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** What a promise gives, unless the signal aborts first. */
export const within = async <T>(signal: AbortSignal, promise: T | PromiseLike<T>): Promise<T> => {
  let forget = () => {};
  const aborted = new Promise<never>((_, reject) => {
    forget = onAbort(signal, () => reject(signal.reason));
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    forget();
  }
};

/** Waits. Rejects with the signal's reason if that aborts. */
export const pause = async (ms: number, signal: AbortSignal): Promise<void> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  try {
    await within(signal, over);
  } finally {
    clearTimeout(timer);
  }
};
