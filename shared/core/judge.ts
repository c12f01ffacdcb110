import type { IntentId } from './intent.ts';
import { type JobRecord, newestIdOf, type Standing, standingOf } from './job-record.ts';
import type { Operation } from './operation.ts';
import type { PartState, Sealed } from './part-record.ts';

/** What is to be done with a job that somebody wants called. */
export type Judgement =
  /** Claim it and call. */
  | { readonly kind: 'go' }
  /** It has its verdict: another invocation gave it since this one read its messages, or under another key. */
  | { readonly kind: 'told'; readonly verdict: Sealed }
  /** A newer intent was carried out. */
  | { readonly kind: 'superseded'; readonly by: IntentId }
  /**
   * Somebody's call may be under way or just done, or a stop that comes first is not settled: not now, nor before
   * `until`. `unmet`: the intent that it is to follow is not known yet.
   */
  | { readonly kind: 'wait'; readonly until?: number | undefined; readonly unmet?: IntentId }
  /** An earlier call may have been served: see what it did before another is sent. */
  | { readonly kind: 'look' }
  /** The stop before was delivered: see whether the job has stopped. If it was not: see that none is under way. */
  | { readonly kind: 'look for the stop'; readonly isDelivered: boolean };

/**
 * Judges one job by what the ledger knows of it (promises P3 and P4): nothing older than the newest is carried out,
 * nothing is sent while a call may be under way, and nothing again before a look. `newest` is the age of the newest
 * intent that wants the call, `after` that of the one that it is to follow; `holder` the part record that the claim points to.
 */
export const judge = (
  wish: {
    readonly newest: IntentId;
    readonly after?: IntentId | undefined;
    readonly operation: Operation;
  },
  record: JobRecord | undefined,
  holder: PartState | undefined,
  now: number,
): Judgement => {
  const { after } = wish;
  if (after !== undefined && (record === undefined || record.newest < after))
    return { kind: 'wait', unmet: after };
  if (record === undefined) return { kind: 'go' };
  if (record.newest > wish.newest) return { kind: 'superseded', by: newestIdOf(record) };
  const standing = standingOf(record.claim, holder, now);
  if (standing.kind === 'live') return { kind: 'wait', until: standing.until };
  const verdict = holder?.verdicts[record.claim.index];
  if (record.newest === wish.newest && verdict !== undefined) return { kind: 'told', verdict };

  const isRestart =
    record.newest < wish.newest && record.operation === wish.operation.restart?.after;
  if (isRestart) return judgeRestart(record, standing, now);
  return { kind: standing.kind === 'unclear' ? 'look' : 'go' };
};

const isOver = (standing: Standing): boolean => standing.kind === 'settled' || standing.over;

/**
 * The stop comes first, unless nobody will carry it out any more. Even then the job is looked at: the stop, or one
 * before it, may be under way.
 */
const judgeRestart = ({ claim }: JobRecord, standing: Standing, now: number): Judgement => {
  const isDelivered = standing.kind === 'settled' && standing.verdict.outcome === 'delivered';
  const late = claim.expires_at !== undefined && Date.parse(claim.expires_at) <= now;
  return isOver(standing) || late ? { kind: 'look for the stop', isDelivered } : { kind: 'wait' };
};
