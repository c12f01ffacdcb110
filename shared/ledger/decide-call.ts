import type { IntentId } from '../intent/intent.ts';
import type { GroupOptions, Operation } from '../operations/operation.ts';
import type { BlockState, RecordedVerdict } from './block-record.ts';
import {
  clearFromOf,
  isMet,
  type JobRecord,
  newestIdOf,
  type Standing,
  standingOf,
} from './job-record.ts';
import { stopBeforeOf } from './stop-before.ts';

/**
 * How late effects and statuses may be, in milliseconds. So long after a request ended, its effect has happened, and a status
 * shows it. The time is longer if a second request would do harm.
 */
export type SettleMs = (operation: Operation, options: GroupOptions) => number;

/** What is to be done with a job that an intent wants called. */
export type CallDecision =
  /** Claim it and call. */
  | { readonly kind: 'go' }
  /** It has its verdict. Another invocation gave it since this one read its messages, or under another key. */
  | { readonly kind: 'has verdict'; readonly verdict: RecordedVerdict }
  /** A newer intent was carried out. */
  | { readonly kind: 'superseded'; readonly by: IntentId }
  /** A call may be under way or just done. Wait until then, or for the invocation that has the claim. */
  | { readonly kind: 'wait'; readonly until?: number | undefined }
  /** The intent that it is to follow is not known yet. `after` is that intent's age. */
  | { readonly kind: 'unmet'; readonly after: IntentId }
  /** A stop comes first. It was claimed at `since`, and has no verdict. */
  | { readonly kind: 'stop first'; readonly since: number }
  /**
   * An earlier call may have been served: look before another is sent. Before `noneFrom` a look can only show that it was
   * served, not that it was not.
   */
  | { readonly kind: 'look'; readonly noneFrom: number }
  /**
   * If the stop before was delivered, look whether the job has stopped. If not, look that no stop is under way. `since`: when
   * the stop got its verdict, or was claimed.
   */
  | {
      readonly kind: 'look for the stop';
      readonly isDelivered: boolean;
      readonly since: number;
    };

/**
 * Decides for one job by what the ledger knows of it (promises P3 and P4). No intent is carried out that is older than the
 * newest. Nothing is sent while a call may be under way, and nothing again before a look. `newest`: the age of the newest
 * intent that wants the call. `after`: the age of the intent that it is to follow. `holder`: the record of the claim's block.
 */
export const decideCall = (
  wish: {
    readonly newest: IntentId;
    readonly after?: IntentId | undefined;
    readonly operation: Operation;
  },
  record: JobRecord | undefined,
  holder: BlockState | undefined,
  now: number,
  settleMs: number,
): CallDecision => {
  const { after } = wish;
  if (after !== undefined && !isMet(record, after)) return { kind: 'unmet', after };
  if (record === undefined) return { kind: 'go' };
  if (record.newest > wish.newest) return { kind: 'superseded', by: newestIdOf(record) };
  const isOwn = record.newest === wish.newest;
  const verdict = holder?.verdicts[record.claim.index];
  if (isOwn && verdict !== undefined) return { kind: 'has verdict', verdict };
  const standing = standingOf(record.claim, holder, now);
  if (standing.kind === 'live') return { kind: 'wait', until: standing.until };
  // A newer intent waits as long as an older one's request may take effect.
  if (standing.kind === 'doubtful' && !isOwn) return { kind: 'wait', until: standing.until };

  const isRestart = record.operation === wish.operation.restart?.after;
  if (isRestart) return decideAfterStop(record, standing, now, settleMs);
  if (standing.kind === 'doubtful') return { kind: 'look', noneFrom: standing.until };
  if (standing.kind === 'unclear') return { kind: 'look', noneFrom: 0 };
  return isOwn ? { kind: 'go' } : decideAfterEarlierStop(wish.operation, record, standing, now);
};

/** If another operation came between a stop and its run, and was not carried out, the run waits for the stop all the same. */
const decideAfterEarlierStop = (
  { restart }: Operation,
  record: JobRecord,
  standing: Standing,
  now: number,
): CallDecision => {
  const stop = stopBeforeOf(record, standing);
  if (stop === undefined || stop.operation !== restart?.after) return { kind: 'go' };
  const { clearFrom = 0 } = record.claim;
  if (now < clearFrom) return { kind: 'wait', until: clearFrom };
  return { kind: 'look for the stop', isDelivered: stop.isDelivered, since: stop.at };
};

const isOver = (standing: Standing): boolean => standing.kind === 'settled' || standing.over;

/**
 * The stop comes first, unless it will not be carried out any more. Even then a look is due: the stop, or one before it, may
 * be under way. A status that may be older than the stop proves nothing, so the look waits.
 */
const decideAfterStop = (
  { claim }: JobRecord,
  standing: Standing,
  now: number,
  settleMs: number,
): CallDecision => {
  const late = claim.expires_at !== undefined && Date.parse(claim.expires_at) <= now;
  if (!isOver(standing) && !late) return { kind: 'stop first', since: claim.at };
  const clearFrom = clearFromOf(claim, standing, settleMs);
  if (now < clearFrom) return { kind: 'wait', until: clearFrom };
  const verdict = standing.kind === 'settled' ? standing.verdict : undefined;
  return {
    kind: 'look for the stop',
    isDelivered: verdict?.outcome === 'delivered',
    since: verdict?.settledAt ?? claim.at,
  };
};
