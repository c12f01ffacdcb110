import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { blame } from '../blame.ts';

export interface QueueServer {
  readonly endpoint: string;
  readonly stop: () => Promise<void>;
}

/**
 * An SQS server in a thread of its own, since beside the functions it works hardest. In memory, or kept under
 * `dataDir`. Rejects if the directory cannot be used.
 */
export const startQueueServer = async (dataDir: string | undefined): Promise<QueueServer> => {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: dataDir === undefined ? {} : { dataDir: join(dataDir, 'queues') },
  });
  const listening: Promise<unknown[]> = once(worker, 'message');
  const [port] = await (dataDir === undefined ? listening : listening.catch(blame('DATA_DIR')));
  return {
    endpoint: `http://127.0.0.1:${port}`,
    stop: async () => {
      worker.postMessage('stop');
      await once(worker, 'exit');
    },
  };
};
