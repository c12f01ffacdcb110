import { parentPort, workerData } from 'node:worker_threads';
import { SILENT_LOG } from '../../shared/json/log.ts';
import { openSqliteLedger } from '../../shared/ledger/ledger-sqlite.ts';

/** What a thread is to do with a ledger of its own on the file that all share. */
export interface LedgerWork {
  readonly file: string;
  /** Keys of the threads' own, and one that all count up. */
  readonly own: readonly string[];
  readonly counter: string;
  readonly rounds: number;
  /** All begin at once, when its first number is no longer 0. */
  readonly gate: Int32Array;
}

const { file, own, counter, rounds, gate }: LedgerWork = workerData;
const silent = SILENT_LOG;
const expiresAt = 4_102_444_800;
let writes = 0;
const version = () => `${own[0]} ${++writes}`;

parentPort?.postMessage('ready');
Atomics.wait(gate, 0, 0);
// A thread may stand still while it writes: the others wait for it as long as the test does.
const ledger = openSqliteLedger(file, { log: silent, now: Date.now, busyTimeoutMs: 60_000 });
for (const key of own)
  await ledger.write({ key, version: version(), body: key, expiresAt }, undefined);
let won = 0;
while (won < rounds) {
  const held = (await ledger.read([counter]))?.get(counter);
  const body = String(Number(held?.body ?? 0) + 1);
  const next = { key: counter, version: version(), body, expiresAt };
  if ((await ledger.write(next, held?.version)) === 'written') won++;
}
ledger.close();
parentPort?.postMessage('done');
