import { ageOf, type Call, type Carrier, type WantedJob } from '../intent/plan.ts';
import { type Sender, withSenders } from '../ledger/job-record.ts';
import type { Records } from '../ledger/records.ts';
import { jobIdOf } from '../operations/operation.ts';
import { newestAgeOf } from './decide.ts';
import type { Candidate } from './decide-by-look.ts';
import { noteAsked, type OpenIntent } from './open-intent.ts';

export interface ClaimJobsOptions {
  readonly records: Records;
  readonly now: () => number;
  readonly invocation: string;
  /** Longer than an invocation can last, so that no invocation acts under a claim that has lapsed. */
  readonly leaseMs: number;
  readonly openIntents: ReadonlyMap<string, OpenIntent>;
}

/** What a claim rests on: an earlier request that was seen to have been served, or nothing of the kind. */
export type Ground = 'served' | 'open';

/** Claims jobs for this invocation; resolves to those that it now has. */
export type ClaimJobs = (
  candidates: readonly Candidate[],
  ground: Ground,
) => Promise<readonly Carrier[]>;

/**
 * Law (promise P3): one conditional write per job. It succeeds only if nothing was written since the decision, so of
 * several invocations that want a job one alone has it.
 */
export const makeClaimJobs =
  ({ records, now, invocation, leaseMs, openIntents }: ClaimJobsOptions): ClaimJobs =>
  async (candidates, ground) => {
    const claimOne = async (candidate: Candidate): Promise<boolean> => {
      const { carrier, operation, key, seen, claimedAt, clearFrom, senders, age } = candidate;
      const holder = newestIntentOf(carrier, openIntents);
      const { intent_id, expires_at } = holder.openIntent.intent;
      const newest = age ?? newestAgeOf(carrier);
      const until = now() + leaseMs;
      // What was seen to have been served was sent under the claim before.
      const at = ground === 'served' ? (claimedAt ?? now()) : now();
      const claim = {
        part: holder.openIntent.key,
        index: holder.index,
        invocation,
        at,
        until,
        ...(clearFrom > at && { clearFrom }),
        expires_at,
      };
      const record = {
        newest,
        ...(newest !== intent_id && { intent: intent_id }),
        operation: operation.name,
        claim,
        senders: withSenders(senders, sendersOf(carrier)),
      };
      const [written] = await records.jobs.write(key, record, seen);
      // It may have been written: the open intent's record will tell that nothing was sent under it, or that a look is due again.
      if (written === 'unknown') {
        const mayBeServed = ground === 'served';
        noteAsked(holder.openIntent, jobIdOf(carrier.job), { invocation, mayBeServed });
        holder.openIntent.changed = true;
      }
      return written === 'written';
    };
    const claimed = await Promise.all(candidates.map(claimOne));
    return candidates.flatMap(({ carrier }, i) => (claimed[i] ? [carrier] : []));
  };

/** Those who ask in an order of their own. */
const sendersOf = ({ wishedBy }: Carrier): readonly Sender[] =>
  wishedBy.flatMap((wishedBy) => {
    const { caller, sequence, intent_id: intent } = wishedBy.intent;
    return sequence === undefined ? [] : [{ caller, sequence, intent, age: ageOf(wishedBy) }];
  });

/** The newest of those who ask, and the job's place there: in its record the verdict will be found. */
export const newestIntentOf = (
  { job, wishedBy }: WantedJob,
  openIntents: ReadonlyMap<string, OpenIntent>,
): { readonly openIntent: OpenIntent; readonly index: number } => {
  const openIntent = openIntents.get(wishedBy.at(-1)?.part ?? '');
  const index = openIntent?.places.get(jobIdOf(job));
  if (openIntent === undefined || index === undefined)
    throw new Error('a planned job belongs to no open intent');
  return { openIntent, index };
};

/** The candidates of a call, in its order. */
export const candidatesOf = (
  { carriers }: Call,
  candidates: ReadonlyMap<Carrier, Candidate>,
): readonly Candidate[] => carriers.flatMap((carrier) => candidates.get(carrier) ?? []);
