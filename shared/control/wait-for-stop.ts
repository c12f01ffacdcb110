import { operationOf } from '../intent/intent.ts';
import { OPERATIONS } from '../operations/index.ts';
import { jobIdOf } from '../operations/operation.ts';
import type { Sighting } from '../operations/sighting.ts';
import type { DecidedByLedger, LookDecision } from './candidate.ts';
import type { OpenIntent } from './open-intent.ts';
import { intentsWanting, type Plan } from './planned.ts';
import type { Run } from './run.ts';

// A stop, then a run for the same job, is a restart: the run waits here until the stop is over. If both are in one batch, the
// plan calls the stop, and the run is postponed. If the stop came before, `decideCall` asks for a look, which decides.

/** Lets runs come back when their stop, which is called now, may be over. */
export const postponeRuns = (run: Run, { waiting }: Plan): void => {
  const { edges, limits } = run;
  for (const carrier of waiting)
    for (const openIntent of intentsWanting([carrier])) {
      const least = Math.max(limits.restartDelaySeconds * 1_000, stopShowsAfter(openIntent, run));
      const until = edges.now() + least;
      openIntent.wait({ why: 'not before', job: jobIdOf(carrier.job), until });
    }
};

/** How late statuses may show the stop before a run, in milliseconds: until then a look would prove nothing. */
const stopShowsAfter = ({ intent }: OpenIntent, { limits }: Run): number => {
  const { restart } = operationOf(intent);
  return restart === undefined ? 0 : limits.settleMs(OPERATIONS[restart.after], {});
};

/** What a look at the job after its stop decides for the run that waits. */
export const decideAfterStop = (
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

/** The upstream's clock may be ahead by so much. */
const CLOCKS_MS = 60_000;

/** Whether another client started the job after its stop. Then the stop is over, whatever the job's status. */
const isStartedSince = (sighting: Sighting, stoppedAt: number): boolean =>
  sighting.kind === 'told' && (sighting.startedAt ?? 0) > stoppedAt + CLOCKS_MS;

const LONGEST_POLL_MS = 900_000;

/**
 * When a run looks again whether its stop is over: after a quarter of the time that it has waited. So it is late by at most a
 * quarter of what the stop takes, and a stop of hours costs few looks.
 */
export const lookForStopAt = (since: number, now: number, leastMs: number): number =>
  now + Math.min(LONGEST_POLL_MS, Math.max(leastMs, (now - since) / 4));
