import { type IntentId, operationOf } from '../intent/intent.ts';
import type { Plan } from '../intent/plan.ts';
import { OPERATIONS } from '../operations/index.ts';
import { jobIdOf } from '../operations/operation.ts';
import { type Decisions, newestOf } from './decide.ts';
import { destinationOfIntent, lookingAt } from './destinations.ts';
import { makeExpire } from './expire.ts';
import { noteEnd, noteLease, type OpenIntent, type Received } from './open-intent.ts';
import { intentsAsking } from './progress.ts';
import { tellOfFuture } from './rank.ts';
import type { Run } from './run.ts';
import {
  NOT_STOPPED,
  OBSERVED,
  settleNewest,
  settleUncalled,
  settleWithoutCall,
} from './uncalled.ts';

/** How long after a deadline, and the lease, it is tried to see what became of a request: longer than any breaker stays open. */
const GRACE_MS = 30 * 60_000;

/** Settles what needs no call by the plan alone: superseded, or past its deadline. */
export const settlePlanned = async <Message extends Received>(
  run: Run<Message>,
  { settled }: Plan,
): Promise<void> => {
  const { records, breakers, openIntents, lookBefore: lookAt, limits } = run;
  const { now } = run.edges;
  const expire = makeExpire({
    records,
    lookAt,
    now,
    graceMs: limits.leaseMs + GRACE_MS,
    openIntents,
  });
  const endings = await expire(settled.filter(({ outcome }) => outcome === 'expired'));
  for (const one of settled) {
    // A run that waits to see its stop done, or a request in doubt, has only looks to wait for.
    const reason =
      breakers.lastRefusal(destinationOfIntent(one.wishedBy)) ??
      breakers.lastRefusal(lookingAt(one.wishedBy));
    settleUncalled(openIntents, one, endings.get(one), now(), reason);
  }
};

/** How late statuses may be after what an intent's jobs wait for: until then a look would prove nothing. */
const settleBefore = ({ intent }: OpenIntent, { limits }: Pick<Run, 'limits'>): number => {
  const { restart } = operationOf(intent);
  return restart === undefined ? 0 : limits.settleMs(OPERATIONS[restart.after], {});
};

/** Lets runs come back when their stop, which is called now, may be over. */
export const postponeRuns = <Message extends Received>(
  run: Run<Message>,
  { waiting }: Plan,
): void => {
  const { edges, limits, openIntents } = run;
  for (const carrier of waiting)
    for (const openIntent of intentsAsking(openIntents, [carrier])) {
      const least = Math.max(limits.restartDelaySeconds * 1_000, settleBefore(openIntent, run));
      noteLease(openIntent, jobIdOf(carrier.job), edges.now() + least);
    }
};

/** Some of them, each once, so that a line of the log stays one. */
const firstOf = (ids: Iterable<IntentId>): readonly IntentId[] => [...new Set(ids)].slice(0, 10);

/** Settles what needs no call by the ledger or a look, and notes when the rest comes back. */
export const settleDecided = async <Message extends Received>(
  run: Run<Message>,
  plan: Plan,
  decisions: Decisions,
): Promise<void> => {
  const { openIntents, claim, edges, breakers } = run;
  const { now, log } = edges;
  for (const [carrier, superseded_by] of decisions.superseded)
    settleWithoutCall(openIntents, carrier, { outcome: 'superseded', superseded_by }, now());
  for (const [carrier, verdict] of decisions.told) settleNewest(openIntents, carrier, verdict);
  const planned = plan.settled.map((one) => one.superseded_by);
  tellOfFuture(log, [...planned, ...decisions.superseded.map(([, by]) => by)], now());
  // Claimed, so that a stop between the two, which another invocation is about to call, is not passed over.
  for (const carrier of await claim(decisions.notStopped, 'open'))
    settleWithoutCall(openIntents, carrier, NOT_STOPPED, now());
  await settleObserved(run, decisions);
  for (const openIntent of intentsAsking(openIntents, decisions.unseen)) {
    openIntent.outOfTime = true;
    openIntent.pause = Math.max(openIntent.pause, breakers.waitSeconds(lookingAt(openIntent)));
  }
  if (decisions.unmet.size > 0)
    log.info('waits for an intent before it', {
      jobs: decisions.unmet.size,
      intents: firstOf(Array.from(decisions.unmet.keys(), newestOf)),
      after: firstOf(decisions.unmet.values()),
    });
  for (const [carrier, until] of decisions.leases)
    for (const openIntent of intentsAsking(openIntents, [carrier]))
      noteLease(openIntent, jobIdOf(carrier.job), until);
};

/** What a look has shown as served is delivered; until its request can have no effect any more the claim stays fenced. */
const settleObserved = async <Message extends Received>(
  { openIntents, claim, edges: { now }, invocation }: Run<Message>,
  { observed }: Decisions,
): Promise<void> => {
  const mayEndAt = new Map(observed.map((one) => [one.carrier, one.mayEndAt]));
  for (const carrier of await claim(observed, 'served')) {
    const until = mayEndAt.get(carrier) ?? 0;
    for (const openIntent of intentsAsking(openIntents, until > now() ? [carrier] : []))
      noteEnd(openIntent, jobIdOf(carrier.job), { invocation, until });
    settleWithoutCall(openIntents, carrier, OBSERVED, now());
  }
};
