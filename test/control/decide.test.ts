import { describe, expect, it } from 'vitest';
import { type Decisions, decide } from '../../shared/control/decide.ts';
import type { Call, Carrier } from '../../shared/control/planned.ts';
import type { RecordedVerdict } from '../../shared/ledger/block-record.ts';
import { type JobRecord, jobKeyOf } from '../../shared/ledger/job-record.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { OPERATIONS } from '../../shared/operations/index.ts';
import { type JobId, jobIdOf, type OperationName } from '../../shared/operations/operation.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { idAt, NOW, type Wish } from '../support/messages.ts';
import { maybeServed } from '../support/noted.ts';
import { openWishes, startRecords } from '../support/records-room.ts';
import { seen } from '../support/sightings.ts';

const AT = Date.parse(NOW);

const LEASE = 60_000;

/** How the last claim of a job stands. `unanswered`: its call was, and may take effect as long as the lease runs. */
type Standing = 'live' | 'lapsed' | 'unanswered' | 'released' | 'delivered';

interface Known {
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

const begin = (
  statuses: Readonly<Record<string, string>> = {},
  inner: Ledger = memoryLedger(),
  startedAt?: number,
) => {
  const { records } = startRecords(inner);
  const looks: (readonly [OperationName, readonly string[]])[] = [];
  const keyOf = (operation: OperationName, { carriers, project_id }: Call, job: string) => {
    const ids: readonly JobId[] = carriers.map((carrier) => jobIdOf(carrier.job));
    const id = ids.find((text) => text === job);
    if (id === undefined) throw new Error('no intent wants that job');
    return jobKeyOf(OPERATIONS[operation].service, project_id, id);
  };
  const know = async (call: Call, { job, age, operation = 'dli.run', standing }: Known) => {
    const part = `the block of ${job}`;
    const until = standing === 'lapsed' ? AT : AT + LEASE;
    const claim = { block: part, index: 0, invocation: 'theirs', at: until - LEASE, until };
    const record: JobRecord = { newest: idAt(age), operation, claim };
    await records.jobs.write(keyOf(operation, call, job), record, undefined);
    if (standing === 'live' || standing === 'lapsed') return;
    const verdicts = standing === 'delivered' ? [DELIVERED] : [];
    const state = {
      invocation: 'theirs',
      verdicts,
      published: new Set<number>(),
      requests: new Map(standing === 'unanswered' ? [[0, maybeServed('theirs')]] : []),
    };
    await records.blocks.write(part, state, undefined);
  };
  const decisions = (calls: readonly Call[]) =>
    decide(calls, {
      records,
      now: () => AT,
      settleMs: () => LEASE,
      pollMs: 10_000,
      lookAt: async ({ name }, _, jobs) => {
        looks.push([name, jobs]);
        return new Map(
          jobs.flatMap((job) => {
            const status = statuses[job];
            return status === undefined ? [] : [[job, seen(status, startedAt)] as const];
          }),
        );
      },
    });
  return { know, decisions, looks };
};

/** The jobs of a plan that go no way yet. */
const waitingOf = (
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
const judgeAll = async (
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

describe('every job goes one way', () => {
  it('by what is known of it: called, left for later, or superseded', async () => {
    const jobs = ['1', '2', '3', '4', '5', '6'];
    const said = await judgeAll({ jobs }, [
      { job: '2', age: 4, standing: 'live' },
      { job: '3', age: 4, standing: 'released' },
      { job: '4', age: 4, standing: 'delivered' },
      { job: '5', age: 6, standing: 'delivered' },
      { job: '6', age: 4, standing: 'unanswered' },
    ]);
    expect(said).toEqual({
      looks: [],
      called: ['1', '3', '4'],
      candidates: ['1', '3', '4'],
      observed: [],
      notStopped: [],
      superseded: [['5', idAt(6)]],
      waiting: ['2', '6'],
      // The invocation that has job 2 may end at any time.
      wakes: [['6', AT + LEASE]],
      unseen: [],
      unmet: [],
    });
  });

  it('a job of another project, or of the other service, is another job', async () => {
    const { calls } = openWishes(
      { jobs: ['7'], project_id: 'p' },
      { jobs: ['7'], project_id: 'q' },
      { jobs: ['7'], project_id: 'p', operation: 'drs.start' },
    );
    const { know, decisions } = begin();
    const [call] = calls.filter(({ project_id }) => project_id === 'p');
    if (call === undefined) throw new Error('no call');
    await know(call, { job: '7', age: 9, standing: 'delivered' });
    const result = await decisions(calls);
    expect(result.superseded).toHaveLength(1);
    expect(result.candidates.size).toBe(2);
  });
});

describe('after a call that may have been served a job is looked at (P4)', () => {
  const lapsed = (job: string): Known => ({ job, age: 4, standing: 'lapsed' });

  it('what the look shows decides; what it does not show waits', async () => {
    const jobs = ['1', '2', '3', '4', '5', '6'];
    const statuses = {
      1: 'job_running',
      2: 'job_cancel_success',
      3: 'job_savepointing',
      5: 'unasked',
    };
    const said = await judgeAll({ jobs }, jobs.slice(0, 5).map(lapsed), statuses);
    expect(said).toEqual({
      looks: [['dli.run', ['1', '2', '3', '4', '5']]],
      called: ['2', '6'],
      candidates: ['2', '6'],
      observed: ['1'],
      notStopped: [],
      superseded: [],
      waiting: ['3', '4', '5'],
      wakes: [],
      unseen: ['5'],
      unmet: [],
    });
  });

  it('also where the call was another than the one that is wished now', async () => {
    const said = await judgeAll(
      { operation: 'dli.stop', jobs: ['1', '2'] },
      ['1', '2'].map(lapsed),
      {
        1: 'job_running',
        2: 'job_init',
      },
    );
    expect(said).toMatchObject({
      looks: [['dli.stop', ['1', '2']]],
      called: ['1'],
      observed: ['2'],
    });
  });

  it('the jobs of one operation and project together', async () => {
    const ids = Array.from({ length: 150 }, (_, i) => `task-${i}`);
    const { calls } = openWishes({ operation: 'drs.start', jobs: ids });
    const { know, decisions, looks } = begin();
    for (const call of calls)
      for (const job of ids)
        await know(call, { job, age: 0, operation: 'drs.start', standing: 'lapsed' });
    expect(waitingOf(calls, await decisions(calls))).toHaveLength(150);
    expect(looks).toEqual([['drs.start', ids]]);
  });
});

describe('a run after a stop waits for it', () => {
  const stop = (standing: Standing): Known => ({
    job: '1',
    age: 4,
    operation: 'dli.stop',
    standing,
  });
  const run = { jobs: ['1'] };

  it.each<[Standing, string | undefined, 'called' | 'waiting' | 'notStopped']>([
    ['live', 'job_cancel_success', 'waiting'],
    ['lapsed', 'job_cancel_success', 'waiting'],
    ['released', 'job_cancel_success', 'waiting'],
    ['delivered', 'job_canceling', 'waiting'],
    ['delivered', 'job_savepointing', 'waiting'],
    ['delivered', 'job_running', 'notStopped'],
    ['delivered', 'job_cancel_fail', 'notStopped'],
    ['released', 'job_running', 'waiting'],
    ['delivered', 'job_downloading', 'waiting'],
    ['delivered', undefined, 'waiting'],
    ['delivered', 'job_cancel_success', 'called'],
    ['delivered', 'job_finish', 'called'],
  ])('%s, and the job %s: %s', async (standing, status, way) => {
    const said = await judgeAll(run, [stop(standing)], status === undefined ? {} : { 1: status });
    expect(said[way]).toEqual(['1']);
    expect(said.observed).toEqual([]);
  });

  it('and where there was no time to look at the job, it waits too, unseen', async () => {
    const said = await judgeAll(run, [stop('delivered')], { 1: 'unasked' });
    expect(said).toMatchObject({ called: [], waiting: ['1'], unseen: ['1'] });
  });
});

describe('a run that names its stop waits until that is known', () => {
  const stopped = (age: number): Known => ({
    job: '1',
    age,
    operation: 'dli.stop',
    standing: 'delivered',
  });

  it.each<[title: string, stop: Known | undefined, unmet: number | undefined]>([
    ['nothing', undefined, 3],
    ['one before it', stopped(2), 3],
    ['the stop itself', stopped(3), undefined],
  ])('known is %s', async (_, stop, unmet) => {
    const status = { 1: 'job_cancel_success' };
    const said = await judgeAll({ jobs: ['1'], after: 3 }, stop ? [stop] : [], status);
    expect([said.called, said.unmet]).toEqual(
      unmet === undefined ? [['1'], []] : [[], [['1', idAt(unmet)]]],
    );
  });
});

describe('where a job stands that has ended by itself, its last start tells whose end it was', () => {
  it.each([
    ['not told', undefined, 'observed'],
    ['ours', AT - LEASE, 'observed'],
    ['ours by a clock that is slow', AT - 2 * LEASE, 'observed'],
    ['before ours', AT - 2 * LEASE - 1, 'go'],
  ])('%s', async (_, startedAt, decision) => {
    const { calls } = openWishes({ age: 4, jobs: ['1'] });
    const { know, decisions } = begin({ 1: 'job_finish' }, memoryLedger(), startedAt);
    for (const call of calls) await know(call, { job: '1', age: 4, standing: 'lapsed' });
    const found = await decisions(calls);
    expect([found.observed.length, found.candidates.size]).toEqual(
      decision === 'observed' ? [1, 0] : [0, 1],
    );
  });
});

describe('a ledger in trouble stops everything', () => {
  it.each([1, 2])('out of reach at read %i', async (nth) => {
    const memory = memoryLedger();
    let reads = 0;
    const { calls } = openWishes({ age: 5, jobs: ['1'] });
    const { know, decisions, looks } = begin(
      {},
      { ...memory, read: async (keys) => (++reads === nth ? undefined : memory.read(keys)) },
    );
    for (const call of calls) await know(call, { job: '1', age: 4, standing: 'lapsed' });
    const found = await decisions(calls);
    expect([waitingOf(calls, found), looks]).toEqual([['1'], []]);
    expect(found.calls.flatMap(({ carriers }) => carriers)).toEqual([]);
  });

  it('a record of a version to come: its job waits, unseen', async () => {
    const ledger = memoryLedger();
    const { calls } = openWishes({ jobs: ['1'] });
    const { know, decisions, looks } = begin({}, ledger);
    for (const call of calls) await know(call, { job: '1', age: 0, standing: 'live' });
    const [entry] = ledger.entries.values();
    if (entry === undefined) throw new Error('no entry');
    await ledger.write({ ...entry, body: '{"v":2}', expiresAt: 0 }, entry.version);
    const found = await decisions(calls);
    expect(waitingOf(calls, found)).toEqual(['1']);
    expect([found.candidates.size, found.observed, found.superseded, looks]).toEqual([
      0,
      [],
      [],
      [],
    ]);
  });
});
