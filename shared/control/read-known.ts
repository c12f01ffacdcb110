import type { BlockState } from '../ledger/block-record.ts';
import type { JobRecord } from '../ledger/job-record.ts';
import type { Freshness } from '../ledger/ledger.ts';
import type { Records } from '../ledger/records.ts';

/** What the ledger knows of a job. */
export interface KnownJob {
  /** Undefined: no invocation has claimed it yet. */
  readonly record: JobRecord | undefined;
  readonly version: string | undefined;
  /** The record of the block that the job's claim is for, if it was written. */
  readonly holder: BlockState | undefined;
}

const UNCLAIMED: KnownJob = { record: undefined, version: undefined, holder: undefined };

/**
 * What is known of jobs, by the keys of their records. Jobs are left out of which the ledger does not tell: it is out of
 * reach, or another release wrote their records. `freshness` is that of the jobs' records. Those of blocks are always read
 * as they are now.
 */
export const readKnown = async (
  records: Records,
  keys: readonly string[],
  freshness?: Freshness,
): Promise<ReadonlyMap<string, KnownJob>> => {
  const known = new Map<string, KnownJob>();
  const jobAt = await records.jobs.read(keys, freshness);
  const claimsOf = (key: string): readonly string[] => {
    const job = jobAt(key);
    return job.kind === 'found' ? [job.record.claim.block] : [];
  };
  // Read after the jobs: if an invocation has settled a claim that was seen, it has written so here before.
  const claims = keys.flatMap(claimsOf);
  const holderAt = await records.blocks.read(claims);
  if (claims.some((claim) => holderAt(claim).kind === 'unreachable')) return known;
  for (const key of keys) {
    const job = jobAt(key);
    if (job.kind === 'absent') known.set(key, UNCLAIMED);
    if (job.kind !== 'found') continue;
    const { record, version } = job;
    const holder = holderAt(record.claim.block);
    if (holder.kind === 'absent') known.set(key, { record, version, holder: undefined });
    if (holder.kind === 'found') known.set(key, { record, version, holder: holder.record });
  }
  return known;
};
