import { v7 as newId } from 'uuid';
import { type ControlLimits, makeControlLoop } from '../shared/control/control.ts';
import type { Received } from '../shared/control/received.ts';
import { SILENT_LOG } from '../shared/json/log.ts';
import type { Ledger, NewEntry } from '../shared/ledger/ledger.ts';
import { openSqliteLedger } from '../shared/ledger/ledger-sqlite.ts';
import { OPERATIONS } from '../shared/operations/index.ts';
import type { UpstreamRequest } from '../shared/operations/operation.ts';
import { readReply } from '../shared/reply/read-reply.ts';
import type { Reply } from '../shared/reply/reply.ts';

const JOBS = 10_000;
const MESSAGES_PER_BATCH = 1_000;
const PROJECT = '054ba152d480d55b2f5dc0069e7ddef0';
const FIRST_JOB = 9_000_000_000_000_000_000n;

const log = SILENT_LOG;

export const LIMITS: ControlLimits = {
  maxJobsPerCall: () => 100,
  callsForMs: 15_000,
  callConcurrency: 8,
  msPerCall: 25_000,
  leaseMs: 150_000,
  settleMs: () => 30_000,
  recordsEnds: true,
  restartDelaySeconds: 30,
  maxReceives: 200,
  keepSeconds: 30 * 24 * 3_600,
};

/** Names and values in UTF-8; a number takes half a byte a digit and one more. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
const itemBytes = ({ key, version, body, expiresAt }: NewEntry): number =>
  ['pk', key, 'version', version, 'body', body, 'expires_at'].reduce(
    (sum, text) => sum + Buffer.byteLength(text),
    Math.ceil(String(expiresAt).length / 2) + 1,
  );

/** A write unit is one write of up to 1 KB, whether its condition holds or not. */
const countWriteUnits = (ledger: Ledger) => {
  const count = { units: 0, writes: 0 };
  const counted: Ledger = {
    read: ledger.read,
    write: (entry, seen) => {
      count.units += Math.ceil(itemBytes(entry) / 1_024);
      count.writes += 1;
      return ledger.write(entry, seen);
    },
  };
  return { ledger: counted, count };
};

/** So many jobs in intents of `jobsPerIntent`. Jobs with another `first` are other jobs. */
export const messagesOf = (
  jobsPerIntent: number,
  count = JOBS,
  first = FIRST_JOB,
): readonly Received[] =>
  Array.from({ length: count / jobsPerIntent }, (_, i) => ({
    messageId: String(i),
    receiveCount: 1,
    body: JSON.stringify({
      v: 1,
      intent_id: newId(),
      operation: 'dli.run',
      project_id: PROJECT,
      options: { resume_savepoint: true },
      jobs: Array.from({ length: jobsPerIntent }, (_, at) =>
        String(first + BigInt(i * jobsPerIntent + at)),
      ),
      caller: 'http',
      accepted_at: new Date().toISOString(),
      expires_at: new Date(Date.now() + 6 * 3_600_000).toISOString(),
      first: 0,
      job_count: jobsPerIntent,
    }),
  }));

/** The upstream says yes to each job. */
export const agree = async ({ body, ready }: UpstreamRequest): Promise<Reply> => {
  const { job_ids } = JSON.parse((await ready?.()) ?? body ?? '');
  const { status, body: rows } = OPERATIONS['dli.run'].answer(job_ids, 'en-us');
  return readReply({ kind: 'replied', status, body: JSON.stringify(rows) });
};

/** Carries jobs out in intents of so many, by the real control loop. */
const carryOut = async (jobsPerIntent: number) => {
  const sqlite = openSqliteLedger(':memory:', { log, now: Date.now });
  const { ledger, count } = countWriteUnits(sqlite);
  let published = 0;
  const control = makeControlLoop<Received>(
    {
      ledger,
      identify: async () => ({ kind: 'known', key: 'bench' }),
      send: agree,
      publish: async (results) => {
        published += results.length;
        return results.map(() => true);
      },
      remove: async () => undefined,
      deadLetter: async () => false,
      postpone: async () => undefined,
      log,
      now: Date.now,
      random: Math.random,
      newId,
    },
    LIMITS,
  );
  const messages = messagesOf(jobsPerIntent);
  for (let at = 0; at < messages.length; at += MESSAGES_PER_BATCH)
    await control(messages.slice(at, at + MESSAGES_PER_BATCH), () => 120_000);
  sqlite.close();
  if (published !== JOBS) throw new Error(`${published} results for ${JOBS} jobs`);
  return { unitsPerJob: count.units / JOBS, writesPerJob: count.writes / JOBS };
};

/** What the ledger costs on DynamoDB: write units per job, for intents of a hundred jobs and of one. */
export const measureLedger = async () => ({
  atHundred: await carryOut(100),
  atOne: await carryOut(1),
});

if (import.meta.main) console.log(await measureLedger());
