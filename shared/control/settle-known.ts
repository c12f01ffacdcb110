import { namedIn } from '../intent/age.ts';
import type { ExpiryDecision } from '../ledger/decide-expiry.ts';
import { jobIdOf } from '../operations/operation.ts';
import type { Decisions } from './decide.ts';
import { destinationOf, destinationOfIntent, lookDestinationOf } from './destinations.ts';
import { expireByLedger, expireByLooks } from './expire.ts';
import { measurePlan } from './measure-plan.ts';
import {
  type Call,
  intentsWanting,
  type LookStep,
  type Plan,
  projectKeyOf,
  type Settled,
} from './planned.ts';
import { warnOfFuture } from './rank.ts';
import type { Run } from './run.ts';
import {
  NOT_STOPPED,
  OBSERVED,
  rejectUnservable,
  settleByPlan,
  settleNewest,
  settleWithoutCall,
} from './settle-without-call.ts';

/**
 * So long after a deadline and the lease the control loop still looks for what became of a request: longer than a breaker
 * stays open.
 */
const GRACE_MS = 30 * 60_000;

/**
 * Settles what needs no call by the plan and the ledger: jobs that are superseded, or past their deadline. Resolves to the
 * looks that decide the rest, one step for each project.
 */
export const settlePlanned = async (run: Run, { settled }: Plan): Promise<readonly LookStep[]> => {
  const { records, edges, limits, lookBefore: lookAt } = run;
  const { now } = edges;
  const overdue = settled.filter(({ outcome }) => outcome === 'expired');
  const { decisions, inDoubt } = await expireByLedger(overdue, { records, now });
  const isInDoubt = new Set(inDoubt.map((one) => one.overdue));
  settleAll(
    run,
    settled.filter((one) => !isInDoubt.has(one)),
    decisions,
  );
  return Array.from(Map.groupBy(inDoubt, projectKeyOf), ([project, some]) => ({
    project,
    carriers: some.map(({ carrier: { job }, overdue: { wishedBy } }) => ({
      job,
      wishedBy: [wishedBy],
    })),
    look: async () => {
      const graceMs = limits.leaseMs + GRACE_MS;
      const seen = await expireByLooks(some, { lookAt, now, graceMs });
      settleAll(run, [...seen.keys()], seen);
      return NO_CALLS;
    },
  }));
};

const NO_CALLS = [] as const;

const settleAll = (
  { breakers, edges: { now } }: Run,
  settled: Plan['settled'],
  decisions: ReadonlyMap<Settled, ExpiryDecision>,
): void => {
  for (const one of settled) {
    // A run that waits to see its stop over, or a request in doubt, has only looks to wait for.
    const refusal =
      breakers.lastRefusal(destinationOfIntent(one.wishedBy)) ??
      breakers.lastRefusal(lookDestinationOf(one.wishedBy));
    settleByPlan(one, decisions.get(one), now(), refusal);
  }
};

/** The calls that no open circuit breaker stops. Rejects the jobs of a project without a credential. */
export const admitCalls = ({ breakers, edges }: Run, calls: readonly Call[]): readonly Call[] => {
  const at = edges.now();
  return calls.filter((call) => {
    const destination = destinationOf(call);
    if (breakers.lacksCredential(destination))
      for (const carrier of call.carriers) rejectUnservable(carrier, at);
    return breakers.stateOf(destination) === 'closed';
  });
};

/** Settles what needs no call by the ledger or a look, and notes when the rest comes back. */
export const settleDecided = async (
  run: Run,
  decisions: Decisions,
  /** What the plan has settled. */
  settled: Plan['settled'] = [],
): Promise<void> => {
  const { claim, edges, limits } = run;
  const { now, log } = edges;
  for (const [carrier, superseded_by] of decisions.superseded)
    settleWithoutCall(carrier, { outcome: 'superseded', superseded_by }, now());
  for (const [carrier, verdict] of decisions.alreadySettled) settleNewest(carrier, verdict);
  const byPlan = settled.map((one) => one.superseded_by);
  warnOfFuture(log, [...byPlan, ...decisions.superseded.map(([, by]) => by)], now());
  // Claimed: another invocation may be about to call a stop between the two, which must not be passed over.
  const { claimed } = await claim(decisions.notStopped, 'nothing');
  for (const carrier of claimed) settleWithoutCall(carrier, NOT_STOPPED, now());
  await settleObserved(run, decisions);
  noteWaits(run, decisions);
  if (edges.measure !== undefined) measurePlan(decisions.calls, limits, edges.measure);
};

/** Delivers what a look has shown as served. The claim stays fenced until its request can have no effect any more. */
const settleObserved = async (
  { claim, edges: { now }, invocation }: Run,
  { observed }: Decisions,
): Promise<void> => {
  const mayEndAt = new Map(observed.map((one) => [one.carrier, one.mayEndAt]));
  const { claimed } = await claim(observed, 'served');
  for (const carrier of claimed) {
    const until = mayEndAt.get(carrier) ?? 0;
    if (until > now())
      for (const openIntent of intentsWanting([carrier]))
        openIntent.noteEnd(jobIdOf(carrier.job), { invocation, until });
    settleWithoutCall(carrier, OBSERVED, now());
  }
};

/** Notes why jobs wait, and until when. */
const noteWaits = (
  { breakers, edges: { log } }: Run,
  { unseen, unmet, wakes }: Decisions,
): void => {
  for (const openIntent of intentsWanting(unseen)) {
    openIntent.wait({ why: 'no time' });
    openIntent.wait({ why: 'pause', seconds: breakers.waitSeconds(lookDestinationOf(openIntent)) });
  }
  if (unmet.size > 0)
    log.info('waits for an intent before it', {
      jobs: unmet.size,
      intents: firstOf(Array.from(unmet.keys(), ({ newest }) => newest.intent.intent_id)),
      after: firstOf(Array.from(unmet.values(), namedIn)),
    });
  for (const [carrier, until] of wakes)
    for (const openIntent of intentsWanting([carrier]))
      openIntent.wait({ why: 'not before', job: jobIdOf(carrier.job), until });
};

/** Some of them, each once, so that a line of the log stays short. */
const firstOf = (ids: Iterable<string>): readonly string[] => [...new Set(ids)].slice(0, 10);
