import type { Age } from '../intent/age.ts';
import { ageOf } from '../intent/plan.ts';
import { decideCall, type SettleMs } from '../ledger/decide-call.ts';
import {
  clearFromOf,
  type JobRecord,
  jobKeyOf,
  newestIdOf,
  standingOf,
} from '../ledger/job-record.ts';
import type { Freshness } from '../ledger/ledger.ts';
import type { Records } from '../ledger/records.ts';
import { stopBeforeOf } from '../ledger/stop-before.ts';
import { OPERATIONS } from '../operations/index.ts';
import { jobIdOf } from '../operations/operation.ts';
import type { Candidate, DecidedByLedger } from './candidate.ts';
import { type Call, intentsWanting, type Queued } from './planned.ts';
import { type KnownJob, readKnown } from './read-known.ts';

/** One job that a plan wants called. */
export type Wanted = Pick<Candidate, 'operation' | 'project_id' | 'carrier' | 'key'>;

export interface LedgerOptions {
  readonly records: Records;
  readonly now: () => number;
  readonly settleMs: SettleMs;
  /** Versions of jobs' records that the plan rests on. If one has changed since, the next invocation plans the job anew. */
  readonly seen?: ReadonlyMap<string, string | undefined>;
}

/**
 * Decides the jobs of calls by what the ledger knows of them. Jobs are left out of which the ledger does not tell. Law: a late
 * read decides only that a job is to be claimed. The claim is refused if the read was out of date. All else is decided by
 * what the ledger holds now.
 */
export const decideAllByLedger = async (
  calls: readonly Call[],
  options: LedgerOptions,
): Promise<readonly DecidedByLedger[]> => {
  const wanted = calls.flatMap(wantedIn);
  const mayBeLate = (one: Wanted) => isNew(one) && options.seen?.has(one.key) !== true;
  const late = await decideWanted(wanted.filter(mayBeLate), options, 'may be late');
  const others = [
    ...wanted.filter((one) => !mayBeLate(one)),
    ...late.filter((one) => !isGoing(one)),
  ];
  const decided = [...late.filter(isGoing), ...(await decideWanted(others, options))];
  const inOrder = new Map(decided.map((one) => [one.carrier, one]));
  return wanted.flatMap(({ carrier }) => inOrder.get(carrier) ?? []);
};

/**
 * Whether the queue gives each message that wants the job for the first time. A message that comes again has mostly left a
 * record, so a late read would only cost more.
 */
const isNew = ({ carrier }: Wanted): boolean =>
  intentsWanting([carrier]).every(({ messages }) =>
    messages.every(({ receiveCount }) => receiveCount === 1),
  );

export const isGoing = ({ byLedger: { kind } }: DecidedByLedger): boolean => kind === 'go';

/** Decides jobs by one read. `freshness` is that of their records, `now` by default. */
export const decideWanted = async (
  wanted: readonly Wanted[],
  { records, now, settleMs, seen = new Map() }: LedgerOptions,
  freshness?: Freshness,
): Promise<readonly DecidedByLedger[]> => {
  const keys = wanted.map(({ key }) => key);
  const known = await readKnown(records, keys, freshness);
  return wanted.flatMap((one) => {
    const found = known.get(one.key);
    const isOutdated = seen.has(one.key) && seen.get(one.key) !== found?.version;
    return found === undefined || isOutdated ? [] : [decideByLedger(one, found, now(), settleMs)];
  });
};

const wantedIn = ({ operation, project_id, carriers }: Call): readonly Wanted[] =>
  carriers.map((carrier) => ({
    operation,
    project_id,
    carrier,
    key: jobKeyOf(operation.service, project_id, jobIdOf(carrier.job)),
  }));

/** The age of an intent: the job's record has it, if it knows the intent. Two copies of a message may differ in age. */
export const recordedAge = (record: JobRecord | undefined, wish: Queued): Age =>
  record !== undefined && newestIdOf(record) === wish.intent.intent_id
    ? record.newest
    : ageOf(wish);

const decideByLedger = (
  wanted: Wanted,
  { record, version, holder }: KnownJob,
  now: number,
  settleMs: SettleMs,
): DecidedByLedger => {
  const { carrier, operation } = wanted;
  const newest = recordedAge(record, carrier.newest);
  const wish = { newest, after: carrier.after, operation };
  const lateMs = record === undefined ? 0 : settleMs(OPERATIONS[record.operation], {});
  const byLedger = decideCall(wish, record, holder, now, lateMs);
  const standing = record && standingOf(record.claim, holder, now);
  return {
    ...wanted,
    age: newest,
    seen: version,
    claimedAt: record?.claim.at,
    senders: record?.senders,
    stopBefore: record && standing && stopBeforeOf(record, standing),
    clearFrom: record && standing ? clearFromOf(record.claim, standing, lateMs) : 0,
    mayEndAt: byLedger.kind === 'look' ? byLedger.noneFrom : 0,
    byLedger,
    lastRequest: record && holder?.requests.get(record.claim.index),
  };
};
