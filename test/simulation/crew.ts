import { Worker } from 'node:worker_threads';
import type { Stretch } from './run-seeds.ts';
import { addTally, emptyTally, type Tally } from './tally.ts';

const STRETCH = 1_000;

export interface CrewOptions extends Stretch {
  readonly workers: number;
  readonly onProgress: (sum: Tally) => void;
}

/** Runs many seeds in several threads. Rejects if a thread does. */
export const runInCrew = async ({
  from,
  seeds,
  workers,
  onProgress,
}: CrewOptions): Promise<Tally> => {
  const sum = emptyTally();
  let next = from;
  const work = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL('./worker.ts', import.meta.url));
      const give = (): void => {
        const left = Math.min(STRETCH, from + seeds - next);
        if (left <= 0) {
          worker.terminate().then(() => resolve(), reject);
          return;
        }
        worker.postMessage({ from: next, seeds: left });
        next += left;
      };
      worker.on('message', (tally: Tally) => {
        addTally(sum, tally);
        onProgress(sum);
        give();
      });
      worker.on('error', reject);
      give();
    });
  await Promise.all(Array.from({ length: workers }, work));
  return sum;
};
