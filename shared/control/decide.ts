import type { Age } from '../intent/age.ts';
import type { IntentId } from '../intent/intent.ts';
import { ageOf, type Call, type Carrier, type Queued } from '../intent/plan.ts';
import { type RecordedVerdict, readNote } from '../ledger/block-record.ts';
import { decideCall, type SettleMs } from '../ledger/decide-call.ts';
import {
  clearFromOf,
  type JobRecord,
  jobKeyOf,
  newestIdOf,
  standingOf,
} from '../ledger/job-record.ts';
import type { Records } from '../ledger/records.ts';
import { OPERATIONS } from '../operations/index.ts';
import { jobIdOf } from '../operations/operation.ts';
import {
  type Candidate,
  type DecidedByLedger,
  decideByLook,
  type LookDecision,
  wakeOf,
} from './decide-by-look.ts';
import { type LookAt, lookAtAll } from './look.ts';
import { type Known, readKnown } from './read-known.ts';

/** What is to become of the jobs that a plan wants called. Those that are nowhere below wait. */
export interface Decisions {
  /** The calls, of the jobs alone that may be sent. */
  readonly calls: readonly Call[];
  readonly candidates: ReadonlyMap<Carrier, Candidate>;
  /** Those of them whose last call was in vain, and among how many jobs the reason is known to be, or infinity. */
  readonly repeats: ReadonlyMap<Carrier, number>;
  /** A look showed the wished state: no call is needed. */
  readonly observed: readonly Candidate[];
  /** Runs whose stop was delivered, and did not stop the job. */
  readonly notStopped: readonly Candidate[];
  readonly superseded: readonly (readonly [Carrier, by: IntentId])[];
  /** The newest who asks has this verdict already. */
  readonly told: readonly (readonly [Carrier, RecordedVerdict])[];
  /** Those that wait, and have nothing to hope for before then, in milliseconds since 1970. */
  readonly leases: ReadonlyMap<Carrier, number>;
  /** Those that wait since there was no time to look at them. */
  readonly unseen: readonly Carrier[];
  /** Those that wait for an intent before them that is not known yet, and that. */
  readonly unmet: ReadonlyMap<Carrier, Age>;
}

const lastOf = ({ wishedBy }: Carrier): Queued => {
  const newest = wishedBy.at(-1);
  if (newest === undefined) throw new Error('a job that nobody asks for is in the plan');
  return newest;
};

/** The newest of those who ask: they are in the order of their ages. */
export const newestOf = (carrier: Carrier): IntentId => lastOf(carrier).intent.intent_id;

export const newestAgeOf = (carrier: Carrier): Age => ageOf(lastOf(carrier));

/** The same intent is as old as the job's record has it: of two copies that the queue took one after the other, the ages may differ. */
export const ageBeside = (record: JobRecord | undefined, queued: Queued): Age =>
  record !== undefined && newestIdOf(record) === queued.intent.intent_id
    ? record.newest
    : ageOf(queued);

const decideByLedger = (
  wish: Pick<Candidate, 'operation' | 'project_id' | 'carrier' | 'key'>,
  { record, version, holder }: Known,
  now: number,
  settleMs: SettleMs,
): DecidedByLedger => {
  const { carrier, operation } = wish;
  const newest = ageBeside(record, lastOf(carrier));
  const wished = { newest, after: carrier.after, operation };
  const lateMs = record === undefined ? 0 : settleMs(OPERATIONS[record.operation], {});
  const byLedger = decideCall(wished, record, holder, now, lateMs);
  const standing = record && standingOf(record.claim, holder, now);
  return {
    ...wish,
    age: newest,
    seen: version,
    claimedAt: record?.claim.at,
    senders: record?.senders,
    clearFrom: record && standing ? clearFromOf(record.claim, standing, lateMs) : 0,
    mayEndAt: byLedger.kind === 'look' ? byLedger.noneFrom : 0,
    byLedger,
    askedBy: record && holder?.asked.get(record.claim.index),
  };
};

/** Among how many jobs the reason is that one was asked for in vain; undefined if that is no job's. */
const suspectsOf = (askedBy: string | undefined): number | undefined => {
  if (askedBy === undefined) return undefined;
  const { mayBeServed, suspects } = readNote(askedBy);
  return suspects ?? (mayBeServed ? Number.POSITIVE_INFINITY : undefined);
};

export interface DecideOptions {
  readonly records: Records;
  readonly lookAt: LookAt;
  readonly now: () => number;
  readonly settleMs: SettleMs;
  /** How often a run looks at most whether the stop before it is over. */
  readonly pollMs: number;
  /** Versions of jobs' records that the plan rests on: one that has changed since is planned anew. */
  readonly seen?: ReadonlyMap<string, string | undefined>;
}

/**
 * Weighs every job of a plan by what the ledger knows, and by a look where a call may have gone out before. Those of
 * which the ledger cannot tell wait.
 */
export const decide = async (
  calls: readonly Call[],
  { records, lookAt, now, settleMs, pollMs, seen = new Map() }: DecideOptions,
): Promise<Decisions> => {
  const wanted = calls.flatMap(({ operation, project_id, carriers }) =>
    carriers.map((carrier) => ({
      operation,
      project_id,
      carrier,
      key: jobKeyOf(operation.service, project_id, jobIdOf(carrier.job)),
    })),
  );
  const known = await readKnown(
    records,
    wanted.map(({ key }) => key),
  );
  const judged = wanted.flatMap((wish) => {
    const found = known.get(wish.key);
    const isOutdated = seen.has(wish.key) && seen.get(wish.key) !== found?.version;
    return found === undefined || isOutdated ? [] : [decideByLedger(wish, found, now(), settleMs)];
  });
  const seenAt = now();
  const sightings = await lookAtAll(
    judged.filter(({ byLedger: { kind } }) => kind === 'look' || kind === 'look for the stop'),
    lookAt,
  );

  const decided: Record<LookDecision, DecidedByLedger[]> = {
    go: [],
    observed: [],
    wait: [],
    'not stopped': [],
  };
  const superseded: (readonly [Carrier, IntentId])[] = [];
  const leases = new Map<Carrier, number>();
  const unseen: Carrier[] = [];
  const unmet = new Map<Carrier, Age>();
  const told: (readonly [Carrier, RecordedVerdict])[] = [];
  for (const one of judged) {
    const { carrier, byLedger } = one;
    if (byLedger.kind === 'superseded') superseded.push([carrier, byLedger.by]);
    else if (byLedger.kind === 'told') told.push([carrier, byLedger.verdict]);
    else if (byLedger.kind === 'wait' && byLedger.unmet !== undefined)
      unmet.set(carrier, byLedger.unmet);
    const sighting = sightings.get(one);
    const decision = byLedger.kind === 'wait' ? 'wait' : decideByLook(one, sighting, seenAt);
    const wake = decision === 'wait' ? wakeOf(one, now(), pollMs) : undefined;
    if (sighting?.kind === 'unasked') unseen.push(carrier);
    else if (wake !== undefined) leases.set(carrier, wake);
    decided[decision].push(one);
  }
  const candidates = new Map(decided.go.map((one) => [one.carrier, one]));
  const repeats = new Map<Carrier, number>();
  for (const { carrier, askedBy } of decided.go) {
    const suspects = suspectsOf(askedBy);
    if (suspects !== undefined) repeats.set(carrier, suspects);
  }
  const going = calls.map((call) => ({
    ...call,
    carriers: call.carriers.filter((carrier) => candidates.has(carrier)),
  }));
  const { observed } = decided;
  return {
    calls: going,
    candidates,
    repeats,
    observed,
    notStopped: decided['not stopped'],
    superseded,
    told,
    leases,
    unseen,
    unmet,
  };
};
