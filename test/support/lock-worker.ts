import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

/** A writer that takes its time: it says when it has the file, and lets go after so many milliseconds. */
export interface LockWork {
  readonly file: string;
  readonly ms: number;
}

const { file, ms }: LockWork = workerData;
const database = new DatabaseSync(file);
database.exec('BEGIN IMMEDIATE');
parentPort?.postMessage('locked');
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
database.exec('COMMIT');
database.close();
