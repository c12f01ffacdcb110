import { type Decisions, decide } from '../../shared/control/decide.ts';
import type { Call, Carrier } from '../../shared/control/planned.ts';
import type { RecordedVerdict } from '../../shared/ledger/block-record.ts';
import { type JobRecord, jobKeyOf } from '../../shared/ledger/job-record.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import type { Records } from '../../shared/ledger/records.ts';
import { OPERATIONS } from '../../shared/operations/index.ts';
import { type JobId, jobIdOf, type OperationName } from '../../shared/operations/operation.ts';
import { memoryLedger } from './memory-ledger.ts';
import { idAt, NOW, type Wish } from './messages.ts';
import { maybeServed } from './noted.ts';
import { openWishes, startRecords } from './records-room.ts';
import { seen } from './sightings.ts';

export const AT = Date.parse(NOW);

export const LEASE = 60_000;

/** How the last claim of a job stands. `unanswered`: its call was, and may take effect as long as the lease runs. */
export type Standing = 'live' | 'lapsed' | 'unanswered' | 'released' | 'delivered';

export interface Known {
  readonly job: string;
  readonly age: number;
  readonly operation?: OperationName;
  readonly standing: Standing;
}

/** So long ago that every status is newer. */
const LONG_AGO = AT - LEASE;

const DELIVERED: RecordedVerdict = {
  outcome: 'delivered',
  evidence: 'keyed',
  calledAt: LONG_AGO,
  settledAt: LONG_AGO,
};

const keyOf = (operation: OperationName, { carriers, project_id }: Call, job: string) => {
  const ids: readonly JobId[] = carriers.map((carrier) => jobIdOf(carrier.job));
  const id = ids.find((text) => text === job);
  if (id === undefined) throw new Error('no intent wants that job');
  return jobKeyOf(OPERATIONS[operation].service, project_id, id);
};

/** Writes what is known of a job that a call is for. */
const writeKnown = async (
  records: Records,
  call: Call,
  { job, age, operation = 'dli.run', standing }: Known,
): Promise<void> => {
  const block = `the block of ${job}`;
  const until = standing === 'lapsed' ? AT : AT + LEASE;
  const claim = { block, index: 0, invocation: 'theirs', at: until - LEASE, until };
  const record: JobRecord = { newest: idAt(age), operation, claim };
  await records.jobs.write(keyOf(operation, call, job), record, undefined);
  if (standing === 'live' || standing === 'lapsed') return;
  const state = {
    invocation: 'theirs',
    verdicts: standing === 'delivered' ? [DELIVERED] : [],
    published: new Set<number>(),
    requests: new Map(standing === 'unanswered' ? [[0, maybeServed('theirs')]] : []),
  };
  await records.blocks.write(block, state, undefined);
};

export const begin = (
  statuses: Readonly<Record<string, string>> = {},
  inner: Ledger = memoryLedger(),
  startedAt?: number,
) => {
  const { records } = startRecords(inner);
  const looks: (readonly [OperationName, readonly string[]])[] = [];
  const seenOf = (job: JobId) => {
    const status = statuses[job];
    return status === undefined ? [] : [[job, seen(status, startedAt)] as const];
  };
  return {
    know: (call: Call, known: Known) => writeKnown(records, call, known),
    decisions: (calls: readonly Call[]) =>
      decide(calls, {
        records,
        now: () => AT,
        settleMs: () => LEASE,
        pollMs: 10_000,
        lookAt: async ({ name }, _, jobs) => {
          looks.push([name, jobs]);
          return new Map(jobs.flatMap(seenOf));
        },
      }),
    looks,
  };
};

/** The jobs of a plan that go no way yet. */
export const waitingOf = (
  calls: readonly Call[],
  { candidates, observed, notStopped, superseded }: Decisions,
) => {
  const gone = new Set([
    ...candidates.keys(),
    ...observed.map(({ carrier }) => carrier),
    ...notStopped.map(({ carrier }) => carrier),
    ...superseded.map(([carrier]) => carrier),
  ]);
  return idsOf(calls.flatMap(({ carriers }) => carriers.filter((one) => !gone.has(one))));
};

const idsOf = (carriers: Iterable<Carrier>) => [...carriers].map(({ job }) => jobIdOf(job));

/** What becomes of each job of one wish of age 5, by what is known. */
export const judgeAll = async (
  wish: Wish,
  known: readonly Known[],
  statuses: Readonly<Record<string, string>> = {},
) => {
  const { calls } = openWishes({ ...wish, age: 5 });
  const [call] = calls;
  if (call === undefined) throw new Error('no call');
  const { know, decisions, looks } = begin(statuses);
  for (const each of known) await know(call, each);
  const result = await decisions(calls);
  return {
    looks,
    called: result.calls.flatMap(({ carriers }) => idsOf(carriers)),
    candidates: idsOf(result.candidates.keys()),
    observed: idsOf(result.observed.map(({ carrier }) => carrier)),
    notStopped: idsOf(result.notStopped.map(({ carrier }) => carrier)),
    superseded: result.superseded.map(([{ job }, by]) => [jobIdOf(job), by]),
    waiting: waitingOf(calls, result),
    wakes: [...result.wakes].map(([{ job }, until]) => [jobIdOf(job), until]),
    unseen: idsOf(result.unseen),
    unmet: [...result.unmet].map(([{ job }, after]) => [jobIdOf(job), after]),
  };
};
