import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { errorText } from '../../shared/json/error-text.ts';
import { answers } from '../probe.ts';
import { unusable } from '../unusable-setting.ts';

export interface QueueServer {
  readonly endpoint: string;
  /** Why the server does not answer; undefined if it does. */
  readonly trouble: () => Promise<string | undefined>;
  /** Ends the thread at once, as a crash would. */
  readonly kill: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/**
 * An SQS server in a thread of its own, because it takes much of the processor. It keeps messages in memory, or under
 * `dataDir`. Rejects if the directory cannot be used. A thread that ends by itself is reported in one line.
 */
export const startQueueServer = async (dataDir: string | undefined): Promise<QueueServer> => {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: dataDir === undefined ? {} : { dataDir: join(dataDir, 'queues') },
  });
  const listening: Promise<unknown[]> = once(worker, 'message');
  const [port] = await (dataDir === undefined ? listening : listening.catch(unusable('DATA_DIR')));
  const endpoint = `http://127.0.0.1:${port}`;

  let ended: string | undefined;
  let isStopping = false;
  const end = (why: string): void => {
    if (ended === undefined && !isStopping)
      console.error(`the queue is gone, and with it all that works: its thread ended (${why})`);
    ended ??= why;
  };
  worker.on('error', (error) => end(errorText(error)));
  worker.on('exit', (code) => end(`exit code ${code}`));

  return {
    endpoint,
    trouble: async () => {
      if (ended !== undefined) return `its thread ended (${ended})`;
      const trouble = await answers(`${endpoint}/health`);
      return trouble && `it does not answer: ${trouble}`;
    },
    kill: async () => {
      await worker.terminate();
    },
    stop: async () => {
      isStopping = true;
      if (ended !== undefined) return;
      worker.postMessage('stop');
      await once(worker, 'exit');
    },
  };
};
