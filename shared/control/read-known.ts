import type { BlockState } from '../ledger/block-record.ts';
import type { JobRecord } from '../ledger/job-record.ts';
import { isForeign, type Records } from '../ledger/records.ts';

/** What the ledger knows of a job. */
export interface Known {
  /** Undefined: no invocation has claimed it yet. */
  readonly record: JobRecord | undefined;
  readonly version: string | undefined;
  /** The record of the open intent that the job's claim points to, if it was written. */
  readonly holder: BlockState | undefined;
}

/**
 * What is known of jobs, by the keys of their records. Left out are those of which the ledger does not tell: it is out of
 * reach, or a later release wrote what it holds of them.
 */
export const readKnown = async (
  records: Records,
  keys: readonly string[],
): Promise<ReadonlyMap<string, Known>> => {
  const known = new Map<string, Known>();
  const jobs = await records.jobs.read(keys);
  if (jobs === undefined) return known;
  // Read after the jobs: whoever has settled a claim that was seen has settled it here.
  const claims = [...jobs.values()].flatMap(({ record }) => record?.claim.part ?? []);
  const holders = await records.blocks.read(claims);
  if (holders === undefined) return known;
  for (const key of keys) {
    const job = jobs.get(key);
    const holding = job?.record && holders.get(job.record.claim.part);
    if (isForeign(job) || isForeign(holding)) continue;
    known.set(key, { record: job?.record, version: job?.version, holder: holding?.record });
  }
  return known;
};
