import { isMainThread } from 'node:worker_threads';

/** `npm run endure` loads this into the stack's process. It tells memory and processor time when it is asked. */

export interface Told {
  /** Bytes that the main thread uses after a collection. */
  readonly heap: number;
  /** Bytes of the whole process, with all its threads. */
  readonly rss: number;
  /** Seconds of the processor since the start. */
  readonly busy: number;
}

const tell = (): Told => {
  globalThis.gc?.();
  const { heapUsed: heap, rss } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  return { heap, rss, busy: (user + system) / 1e6 };
};

if (isMainThread && process.send !== undefined) process.on('message', () => process.send?.(tell()));
