import type { Intent } from '../intent/intent.ts';
import { OPERATIONS } from '../operations/index.ts';
import type { OperationName } from '../operations/operation.ts';
import type { BlockState, NotedRequest, RecordedVerdict } from './block-record.ts';
import { isMet, type JobRecord, standingOf } from './job-record.ts';

/**
 * How a job ends whose deadline has passed. `wait`: no look has shown yet what became of its request. `unmet`: it has expired,
 * and the intent that it was to follow was not known by then. `unstopped`: it has expired, the stop before it was delivered,
 * and no look showed that the stop was over.
 */
export type ExpiryDecision = 'expired' | 'unmet' | 'unstopped' | 'observed' | 'wait';

/** A look decides. Before `noneFrom` it can only show that the request was served, not that it was not. */
export interface LookFirst {
  readonly noneFrom: number;
}

/** One job of an intent whose deadline has passed. */
export interface Overdue {
  /** The key of the intent's block. */
  readonly block: string;
  readonly intent: Pick<Intent, 'intent_id' | 'operation' | 'after'>;
  /** The last request for the job, if that was in vain. */
  readonly lastRequest: NotedRequest | undefined;
}

/**
 * Decides by the last claim on the job, if that was made for this intent too; else by what was seen since a request for this
 * intent. `holder`: the record of the claim's block. `now`: milliseconds since 1970.
 */
export const decideExpiry = (
  { block, intent, lastRequest }: Overdue,
  record: JobRecord | undefined,
  holder: BlockState | undefined,
  now: number,
): ExpiryDecision | LookFirst => {
  // The record does not know this intent. Older ones could follow it, so no result may say that it was served.
  if (record === undefined || record.newest < intent.intent_id)
    return unbegun(intent, record, holder, now);
  const { claim, operation } = record;
  const isClaimed = claim.block === block || lastRequest?.invocation === claim.invocation;
  const standing = standingOf(claim, holder, now);
  if (standing.kind === 'settled') {
    if (standing.verdict.outcome !== 'delivered') return 'expired';
    if (isClaimed) return 'observed';
    const mayBeServed = lastRequest?.mayBeServed === true && operation === intent.operation;
    return mayBeServed ? bySight(standing.verdict, operation) : 'expired';
  }
  if (!isClaimed || standing.kind === 'released') return 'expired';
  if (standing.kind === 'live') return 'wait';
  return { noneFrom: standing.kind === 'doubtful' ? standing.until : 0 };
};

/**
 * What was seen since, for a newer intent of the same operation. If that was called itself, it has brought about what was seen.
 * If the two may have different job options, a look decides: a task that was ended is not one that was deleted.
 */
const bySight = (
  { evidence, call }: RecordedVerdict,
  operation: OperationName,
): ExpiryDecision | LookFirst => {
  if (evidence !== 'observed' || call !== undefined) return 'expired';
  return OPERATIONS[operation].job.options.length > 0 ? { noneFrom: 0 } : 'observed';
};

const unbegun = (
  { after, operation }: Overdue['intent'],
  record: JobRecord | undefined,
  holder: BlockState | undefined,
  now: number,
): ExpiryDecision => {
  if (after !== undefined && !isMet(record, after)) return 'unmet';
  if (record === undefined || record.operation !== OPERATIONS[operation].restart?.after)
    return 'expired';
  const standing = standingOf(record.claim, holder, now);
  return standing.kind === 'settled' && standing.verdict.outcome === 'delivered'
    ? 'unstopped'
    : 'expired';
};
