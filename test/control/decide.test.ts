import { describe, expect, it } from 'vitest';
import { decide } from '../../shared/control/decide.ts';
import { jobKeyOf } from '../../shared/ledger/job-record.ts';
import { jobIdOf } from '../../shared/operations/operation.ts';
import { AT, begin, judgeAll, type Known, LEASE, waitingOf } from '../support/decide-room.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { idAt } from '../support/messages.ts';
import { maybeServed, unserved } from '../support/noted.ts';
import { openWishes, startRecords, theOnly } from '../support/records-room.ts';
import { seen } from '../support/sightings.ts';

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

  it('one that cannot be looked at is unseen, and no moment for it is known', async () => {
    const unanswered: Known = { job: '1', age: 5, standing: 'unanswered' };
    const lapsedStop: Known = { job: '2', age: 4, operation: 'dli.stop', standing: 'delivered' };
    const statuses = { 1: 'unasked', 2: 'unasked' };
    const said = await judgeAll({ jobs: ['1', '2'] }, [unanswered, lapsedStop], statuses);
    expect(said).toMatchObject({ unseen: ['2'], waiting: ['1', '2'] });
    expect(said.wakes.map(([job]) => job)).toEqual(['1']);
  });

  it('one that goes by what is seen waits for nothing', async () => {
    const stopped: Known = { job: '1', age: 4, operation: 'dli.stop', standing: 'delivered' };
    const said = await judgeAll({ jobs: ['1'] }, [stopped], { 1: 'job_cancel_success' });
    expect(said).toMatchObject({ called: ['1'], wakes: [] });
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

describe('a job whose last request was in vain', () => {
  it.each([
    [
      'may be any of its call, if it may have been served',
      maybeServed('theirs'),
      [Number.POSITIVE_INFINITY],
    ],
    ['is one of so many, if that is known', maybeServed('theirs', 4), [4]],
    ['so too if it was not served', unserved('theirs', 4), [4]],
    ['is no suspect, if it was not served and nothing more is known', unserved('theirs'), []],
    ['nor is one without such a request', undefined, []],
  ])('%s', async (_, noted, among) => {
    const { openIntents, calls } = openWishes({ age: 5, jobs: ['1'] });
    const { records } = startRecords();
    const call = theOnly(calls);
    const block = theOnly(openIntents).key;
    const claim = { block, index: 0, invocation: 'theirs', at: 0, until: 1 };
    const key = jobKeyOf('dli', call.project_id, jobIdOf(theOnly(call.carriers).job));
    await records.jobs.write(key, { newest: idAt(5), operation: 'dli.run', claim }, undefined);
    const requests = new Map(noted === undefined ? [] : [[0, noted] as const]);
    const state = { invocation: 'theirs', verdicts: [], published: new Set<number>(), requests };
    await records.blocks.write(block, state, undefined);
    const { candidates, repeats } = await decide(calls, {
      records,
      now: () => AT,
      settleMs: () => LEASE,
      pollMs: 10_000,
      lookAt: async (__, ___, jobs) => new Map(jobs.map((job) => [job, seen('job_init')])),
    });
    expect(candidates.size).toBe(1);
    expect([...repeats.values()]).toEqual(among);
  });
});
