import type { Sighting } from '../operations/sighting.ts';
import type { DecidedByLedger, LookDecision } from './candidate.ts';
import { decideAfterStop, lookForStopAt } from './wait-for-stop.ts';
import { whatLookTells, whatRowTells } from './what-look-tells.ts';

/** What a look decides that was sent at `seenAt`. It settles the job, lets it go, or leaves it waiting. */
export const decideByLook = (
  one: DecidedByLedger,
  sighting: Sighting | undefined,
  seenAt: number,
): LookDecision => {
  const { byLedger, operation, claimedAt = 0, clearFrom, carrier } = one;
  if (byLedger.kind === 'go') return 'go';
  if (sighting === undefined) return 'wait';
  if (byLedger.kind !== 'look') return decideAfterStop(one, sighting);
  const { noneFrom } = byLedger;
  const request = { operation, carrier, since: claimedAt, clearFrom, noneFrom };
  switch (whatLookTells(request, sighting, seenAt)) {
    case 'served':
      return 'observed';
    case 'not served':
      return 'go';
    case 'nothing':
      return 'wait';
  }
};

/** Whether a row of the service's list settles the job. Of a run that waits for its stop only a look can tell. */
export const byRow = (
  one: DecidedByLedger,
  seenAt: number,
): ((sighting: Sighting) => boolean) | undefined => {
  const { byLedger, claimedAt: since = 0 } = one;
  return byLedger.kind === 'look' ? whatRowTells({ ...one, since }, seenAt) : undefined;
};

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
      return byLedger.until;
    case 'stop first':
    case 'look for the stop':
      return lookForStopAt(byLedger.since, now, leastPollMs);
    case 'look': {
      const next = lookAgainAt(claimedAt, now, leastPollMs);
      const wake = Math.max(clearFrom, Math.min(mayEndAt, next));
      return mayEndAt > now || clearFrom > now ? wake : undefined;
    }
    default:
      return undefined;
  }
};
