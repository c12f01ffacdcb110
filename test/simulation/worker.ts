import { parentPort } from 'node:worker_threads';
import { runSeeds, type Stretch } from './run-seeds.ts';

/** One thread of a long run: takes a stretch of seeds, hands back their tally, and waits for the next. */
parentPort?.on('message', async (stretch: Stretch) => {
  parentPort?.postMessage(await runSeeds(stretch));
});
