import type { Age } from '../intent/age.ts';
import type { NotedRequest } from '../ledger/block-record.ts';
import type { CallDecision } from '../ledger/decide-call.ts';
import type { Sender } from '../ledger/job-record.ts';
import { OPERATIONS } from '../operations/index.ts';
import type { Operation, ProjectId } from '../operations/operation.ts';
import type { Sighting } from '../operations/sighting.ts';
import type { Carrier } from './planned.ts';

/** One job that an intent wants called, and what the ledger tells of it. */
export interface Candidate {
  readonly operation: Operation;
  readonly project_id: ProjectId;
  readonly carrier: Carrier;
  /** The age of the newest intent that wants it. */
  readonly age?: Age | undefined;
  readonly key: string;
  /** The version of its record that the decision rests on. */
  readonly seen: string | undefined;
  /** The last call for it went out no earlier, in milliseconds since 1970. Undefined: none ever did. */
  readonly claimedAt: number | undefined;
  /** The senders whose own order the record knows. */
  readonly senders?: readonly Sender[] | undefined;
  /** A look counts from then on, in milliseconds since 1970. Statuses before may not show the last request. */
  readonly clearFrom: number;
  /** Until then the last request may take effect, whatever a look shows. Milliseconds since 1970. */
  readonly mayEndAt: number;
}

/** A candidate, and what the ledger says about it. */
export interface DecidedByLedger extends Candidate {
  readonly byLedger: CallDecision;
  /** The last request for it, if that was in vain. */
  readonly lastRequest: NotedRequest | undefined;
}

/** What is to become of a job, by the ledger and a look. */
export type LookDecision = 'go' | 'observed' | 'wait' | 'not stopped';

/** The upstream's clock may be ahead by so much. */
const CLOCKS_MS = 60_000;

/** Whether another client started the job after its stop. Then the stop is over, whatever the job's status. */
const isStartedSince = (sighting: Sighting, stoppedAt: number): boolean =>
  sighting.kind === 'told' && (sighting.startedAt ?? 0) > stoppedAt + CLOCKS_MS;

/** What a look at the job after its stop decides for the run that waits. */
const decideRestart = (
  { byLedger, operation, claimedAt = 0, carrier }: DecidedByLedger,
  sighting: Sighting,
): LookDecision => {
  const { restart } = operation;
  if (restart === undefined || byLedger.kind !== 'look for the stop') return 'wait';
  if (restart.readyAt(sighting)) return 'go';
  if (byLedger.isDelivered && isStartedSince(sighting, byLedger.since))
    return operation.isThere(sighting, carrier.job) ? 'observed' : 'go';
  if (byLedger.isDelivered) return restart.failedAt(sighting) ? 'not stopped' : 'wait';
  return OPERATIONS[restart.after].effectOf(sighting, claimedAt) === 'none' ? 'go' : 'wait';
};

/** What a look decides that was sent at `seenAt`. It settles the job, lets it go, or leaves it waiting. */
export const decideByLook = (
  one: DecidedByLedger,
  sighting: Sighting | undefined,
  seenAt: number,
): LookDecision => {
  const { byLedger, operation, claimedAt = 0, clearFrom, carrier } = one;
  if (byLedger.kind === 'go') return 'go';
  if (sighting === undefined) return 'wait';
  if (byLedger.kind !== 'look') return decideRestart(one, sighting);
  if (seenAt < clearFrom) return 'wait';
  const isPast = seenAt >= byLedger.noneFrom;
  switch (operation.effectOf(sighting, claimedAt, carrier.job)) {
    case 'taken':
      return 'observed';
    case 'earlier':
      return isPast ? 'observed' : 'wait';
    case 'none':
      return isPast ? 'go' : 'wait';
    case 'pending':
      return 'wait';
  }
};

const LONGEST_POLL_MS = 900_000;

/**
 * When a run looks again whether its stop is over: after a quarter of the time that it has waited. So it is late by at most a
 * quarter of what the stop takes, and a stop of hours costs few looks.
 */
const pollAt = (since: number, now: number, leastMs: number): number =>
  now + Math.min(LONGEST_POLL_MS, Math.max(leastMs, (now - since) / 4));

/**
 * When to look again whether a request without an answer was served, since statuses may be late: after as long as it has
 * waited. So a wait of two minutes costs four looks.
 */
export const lookAgainAt = (calledAt: number | undefined, now: number, leastMs: number): number =>
  now + Math.max(leastMs, now - (calledAt ?? now));

/** When it is worth coming back for a job that waits, in milliseconds since 1970. Undefined: it cannot be told. */
export const wakeOf = (
  { byLedger, claimedAt, clearFrom, mayEndAt }: DecidedByLedger,
  now: number,
  leastPollMs: number,
): number | undefined => {
  switch (byLedger.kind) {
    case 'wait':
      return byLedger.since === undefined
        ? byLedger.until
        : pollAt(byLedger.since, now, leastPollMs);
    case 'look for the stop':
      return pollAt(byLedger.since, now, leastPollMs);
    case 'look': {
      const next = lookAgainAt(claimedAt, now, leastPollMs);
      const wake = Math.max(clearFrom, Math.min(mayEndAt, next));
      return mayEndAt > now || clearFrom > now ? wake : undefined;
    }
    default:
      return undefined;
  }
};
