import { ageOf } from '../intent/plan.ts';
import { type JobRecord, type Sender, withSenders } from '../ledger/job-record.ts';
import type { Written } from '../ledger/ledger.ts';
import type { Records } from '../ledger/records.ts';
import { passesOver } from '../ledger/stop-before.ts';
import { jobIdOf } from '../operations/operation.ts';
import type { Candidate } from './candidate.ts';
import type { Call, Carrier } from './planned.ts';

export interface ClaimJobsOptions {
  readonly records: Records;
  readonly now: () => number;
  readonly invocation: string;
  /** Longer than an invocation can last, so that no invocation acts under a claim that has lapsed. */
  readonly leaseMs: number;
}

/** What a claim rests on. `served`: a look showed that an earlier request was served. `nothing`: no such look. */
export type Ground = 'served' | 'nothing';

/** What became of claims. Those that the ledger did not answer are neither. */
export interface Claims {
  /** Jobs that this invocation now has. */
  readonly claimed: readonly Carrier[];
  /** Their records are not what the decision rested on. */
  readonly refused: readonly Candidate[];
}

/** Claims jobs for this invocation. */
export type ClaimJobs = (candidates: readonly Candidate[], ground: Ground) => Promise<Claims>;

/**
 * Law (promise P3): one conditional write per job. It succeeds only if nothing was written since the decision. So of
 * several invocations that want a job, one alone has it.
 */
export const makeClaimJobs =
  (options: ClaimJobsOptions): ClaimJobs =>
  async (candidates, ground) => {
    const written = await Promise.all(candidates.map((one) => claimOne(one, ground, options)));
    return {
      claimed: candidates.flatMap(({ carrier }, i) => (written[i] === 'written' ? [carrier] : [])),
      refused: candidates.filter((_, i) => written[i] === 'lost'),
    };
  };

const claimOne = async (
  candidate: Candidate,
  ground: Ground,
  options: ClaimJobsOptions,
): Promise<Written> => {
  const { carrier, key, seen } = candidate;
  const record = claimedRecord(candidate, ground, options);
  const [written] = await options.records.jobs.write(key, record, seen);
  if (written === 'unknown') {
    // The claim may stand. The intent's record tells that nothing was sent under it, or that a look is due again.
    const { from } = carrier.newest;
    const mayBeServed = ground === 'served';
    from.noteRequest(jobIdOf(carrier.job), { invocation: options.invocation, mayBeServed });
    from.record.markChanged();
  }
  return written;
};

/** The job's record, with this invocation's claim for the newest intent that wants it. */
const claimedRecord = (
  { carrier, operation, claimedAt, clearFrom, senders, stopBefore, age }: Candidate,
  ground: Ground,
  { now, invocation, leaseMs }: ClaimJobsOptions,
): JobRecord => {
  const { from } = carrier.newest;
  const { intent_id, expires_at } = from.intent;
  const newest = age ?? ageOf(carrier.newest);
  const until = now() + leaseMs;
  // What was seen to have been served was sent under the claim before.
  const at = ground === 'served' ? (claimedAt ?? now()) : now();
  return {
    newest,
    ...(newest !== intent_id && { intent: intent_id }),
    operation: operation.name,
    claim: {
      block: from.key,
      index: from.placeOf(jobIdOf(carrier.job)),
      invocation,
      at,
      until,
      ...(clearFrom > at && { clearFrom }),
      expires_at,
    },
    senders: withSenders(senders, sendersOf(carrier)),
    ...(stopBefore && passesOver(operation, stopBefore) && { stopBefore }),
  };
};

/** The senders who give their wishes an order of their own. */
const sendersOf = ({ wishedBy }: Carrier): readonly Sender[] =>
  wishedBy.flatMap((wish) => {
    const { caller, sequence, intent_id: intent } = wish.intent;
    return sequence === undefined ? [] : [{ caller, sequence, intent, age: ageOf(wish) }];
  });

/** The candidates of a call, in its order. */
export const candidatesOf = (
  { carriers }: Call,
  candidates: ReadonlyMap<Carrier, Candidate>,
): readonly Candidate[] => carriers.flatMap((carrier) => candidates.get(carrier) ?? []);
