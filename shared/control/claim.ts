import { type Asked, ageOf, type Call, type Carrier } from '../intent/plan.ts';
import { type Sender, withSenders } from '../ledger/job-record.ts';
import type { Records } from '../ledger/records.ts';
import { jobIdOf } from '../operations/operation.ts';
import { newestAgeOf } from './decide.ts';
import type { Candidate } from './decide-by-look.ts';
import { noteAsked, type Part } from './open-intent.ts';

export interface ClaimOptions {
  readonly records: Records;
  readonly now: () => number;
  readonly invocation: string;
  /** Longer than an invocation can last, so that no invocation acts under a claim that has lapsed. */
  readonly leaseMs: number;
  readonly parts: ReadonlyMap<string, Part>;
}

/** What a claim rests on: an earlier request that was seen to have been served, or nothing of the kind. */
export type Ground = 'served' | 'open';

/** Claims jobs for this invocation; resolves to those that it now has. */
export type Claim = (
  candidates: readonly Candidate[],
  ground: Ground,
) => Promise<readonly Carrier[]>;

/**
 * Law (promise P3): one conditional write per job. It succeeds only if nothing was written since the judgement, so of
 * several invocations that want a job one alone has it.
 */
export const makeClaim =
  ({ records, now, invocation, leaseMs, parts }: ClaimOptions): Claim =>
  async (candidates, ground) => {
    const claimOne = async (candidate: Candidate): Promise<boolean> => {
      const { carrier, operation, key, seen, claimedAt, clearFrom, senders, age } = candidate;
      const holder = newestPartOf(carrier, parts);
      const { intent_id, expires_at } = holder.part.intent;
      const newest = age ?? newestAgeOf(carrier);
      const until = now() + leaseMs;
      // What was seen to have been served was sent under the claim before.
      const at = ground === 'served' ? (claimedAt ?? now()) : now();
      const claim = {
        part: holder.part.key,
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
      // It may have been written: the part's record will tell that nothing was sent under it, or that a look is due again.
      if (written === 'unknown') {
        const mayBeServed = ground === 'served';
        noteAsked(holder.part, jobIdOf(carrier.job), { invocation, mayBeServed });
        holder.part.changed = true;
      }
      return written === 'written';
    };
    const claimed = await Promise.all(candidates.map(claimOne));
    return candidates.flatMap(({ carrier }, i) => (claimed[i] ? [carrier] : []));
  };

/** Those who ask in an order of their own. */
const sendersOf = ({ askers }: Carrier): readonly Sender[] =>
  askers.flatMap((asker) => {
    const { caller, sequence, intent_id: intent } = asker.intent;
    return sequence === undefined ? [] : [{ caller, sequence, intent, age: ageOf(asker) }];
  });

/** The newest of those who ask, and the job's place there: in its record the verdict will be found. */
export const newestPartOf = (
  { job, askers }: Asked,
  parts: ReadonlyMap<string, Part>,
): { readonly part: Part; readonly index: number } => {
  const part = parts.get(askers.at(-1)?.part ?? '');
  const index = part?.places.get(jobIdOf(job));
  if (part === undefined || index === undefined)
    throw new Error('a planned job belongs to no part');
  return { part, index };
};

/** The candidates of a call, in its order. */
export const candidatesOf = (
  { carriers }: Call,
  candidates: ReadonlyMap<Carrier, Candidate>,
): readonly Candidate[] => carriers.flatMap((carrier) => candidates.get(carrier) ?? []);
