import { describe, expect, it } from 'vitest';
import { planCalls } from '../../shared/intent/plan.ts';
import { jobIdOf } from '../../shared/operations/operation.ts';
import { placesOf } from '../support/fold-model.ts';
import { idAt, NOW, queuedAs, type Wish } from '../support/messages.ts';

const plan = (...wishes: readonly Wish[]) =>
  planCalls(
    wishes.map((wish, i) => queuedAs(`m${i + 1}`, { age: i + 1, ...wish })),
    NOW,
  );

/** For each message, what became of job 131, in the order of the messages. */
const fate = (...wishes: readonly Wish[]) =>
  placesOf(plan(...wishes))
    .toSorted((a, b) => (a.who < b.who ? -1 : 1))
    .map(({ where }) =>
      where
        .split(' ')
        .slice(0, 2)
        .join(' ')
        .replace(/\["(.*?)".*/, '$1'),
    )
    .map((where) => where.replace('superseded by', 'superseded'));

const run: Wish = { operation: 'dli.run' };
const resume: Wish = { operation: 'dli.run', options: { resume_savepoint: true } };
const fresh: Wish = { operation: 'dli.run', options: { resume_savepoint: false } };
const stop: Wish = { operation: 'dli.stop' };
const save: Wish = { operation: 'dli.stop', options: { trigger_savepoint: true } };
const PAST = '2026-01-31T11:00:00.000Z';

describe('the newest wish for a job wins', () => {
  it.each<[string, readonly Wish[], readonly string[]]>([
    ['one', [run], ['called dli.run']],
    ['two alike', [run, run], ['called dli.run', 'called dli.run']],
    ['run, then stop', [run, stop], ['superseded', 'called dli.stop']],
    ['run, then with a savepoint', [run, resume], ['superseded', 'called dli.run']],
    ['false is not absent', [run, fresh], ['superseded', 'called dli.run']],
    ['there and back', [run, resume, run], ['superseded', 'superseded', 'called dli.run']],
    ['stop, then stop with a savepoint', [stop, save], ['superseded', 'called dli.stop']],
  ])('%s', (_, wishes, fates) => {
    expect(fate(...wishes)).toEqual(fates);
  });

  it('and the superseded are told by which', () => {
    const { settled } = plan(run, resume, fresh);
    expect(settled.map(({ superseded_by }) => superseded_by)).toEqual([idAt(2), idAt(3)]);
  });

  it('whether or not it has expired itself: it is still the newest known (P3)', () => {
    expect(fate(run, { ...stop, expires_at: PAST })).toEqual(['superseded', 'expired']);
  });
});

describe('a stop and a run after it are a restart: both are kept, in that order', () => {
  it.each<[string, readonly Wish[], readonly string[]]>([
    ['stop, run', [stop, run], ['called dli.stop', 'waits']],
    ['with flags', [save, resume], ['called dli.stop', 'waits']],
    ['stop, run, stop', [stop, run, stop], ['called dli.stop', 'superseded', 'called dli.stop']],
    ['stop, run, save', [stop, run, save], ['superseded', 'superseded', 'called dli.stop']],
    ["stop, run, run'", [stop, run, resume], ['called dli.stop', 'superseded', 'waits']],
    ['stop, run, run', [stop, run, run], ['called dli.stop', 'waits', 'waits']],
    ['stop, stop, run', [stop, stop, run], ['called dli.stop', 'called dli.stop', 'waits']],
    ['save, stop, run', [save, stop, run], ['superseded', 'called dli.stop', 'waits']],
    ['run, stop, run', [run, stop, run], ['superseded', 'called dli.stop', 'waits']],
    ["run, stop, run'", [run, stop, resume], ['superseded', 'called dli.stop', 'waits']],
    [
      'stop, run, stop, run',
      [stop, run, stop, run],
      ['called dli.stop', 'superseded', 'called dli.stop', 'waits'],
    ],
    [
      "run, run', stop, run, run'",
      [run, resume, save, run, resume],
      ['superseded', 'superseded', 'called dli.stop', 'superseded', 'waits'],
    ],
  ])('%s', (_, wishes, fates) => {
    expect(fate(...wishes)).toEqual(fates);
  });

  it('where the stop has expired the run is called at once', () => {
    expect(fate({ ...stop, expires_at: PAST }, run)).toEqual(['expired', 'called dli.run']);
  });

  it('where the run has expired the stop is called alone', () => {
    expect(fate(stop, { ...run, expires_at: PAST })).toEqual(['called dli.stop', 'expired']);
  });

  it('where the newest of equal wishes has expired, the newest that is left counts', () => {
    const { calls } = plan(run, run, { ...run, expires_at: PAST });
    const [carrier] = calls.flatMap(({ carriers }) => carriers);
    expect(carrier?.newest.intent.intent_id).toBe(idAt(2));
    expect(carrier?.wishedBy).toHaveLength(2);
  });

  it('where only some have expired the others are carried out', () => {
    expect(fate({ ...stop, expires_at: PAST }, stop, { ...run, expires_at: PAST }, run)).toEqual([
      'expired',
      'called dli.stop',
      'expired',
      'waits',
    ]);
  });
});

describe('a deadline is kept to the millisecond', () => {
  it.each([
    [NOW, 'expired'],
    ['2026-01-31T12:00:00.001Z', 'called dli.run'],
    ['2026-01-31T11:59:59.999Z', 'expired'],
  ])('%s: %s', (expires_at, where) => {
    expect(fate({ ...run, expires_at })).toEqual([where]);
  });
});

describe('jobs of the same name are not the same job', () => {
  it('in another project', () => {
    expect(fate(run, { ...stop, project_id: 'other' })).toEqual([
      'called dli.run',
      'called dli.stop',
    ]);
  });

  it('in another service', () => {
    expect(fate(stop, { operation: 'drs.start' })).toEqual(['called dli.stop', 'called drs.start']);
  });
});

describe('options of a job are its own', () => {
  const at = (start_time: string): Wish => ({
    operation: 'drs.start',
    jobs: [{ job_id: '131', start_time }, '130'],
  });

  it('jobs with different ones share a call', () => {
    const { calls } = plan(at('5'), { operation: 'drs.start', jobs: ['129'] });
    expect(calls.map(({ carriers }) => carriers.map(({ job }) => job))).toEqual([
      [{ job_id: '131', start_time: '5' }, '130', '129'],
    ]);
  });

  it('absent, false and true are three wishes, and the last is carried out', () => {
    const flagged = (value?: boolean): Wish => ({
      operation: 'drs.start',
      jobs: [value === undefined ? '131' : { job_id: '131', is_only_init_task: value }],
    });
    for (const first of [undefined, false, true])
      for (const last of [undefined, false, true]) {
        const { calls, settled } = plan(flagged(first), flagged(last));
        expect(calls.flatMap(({ carriers }) => carriers.map(({ job }) => job))).toEqual(
          flagged(last).jobs,
        );
        expect(settled).toHaveLength(first === last ? 0 : 1);
      }
  });

  it('the same ones share a carrier, others supersede', () => {
    const { calls, settled } = plan(at('5'), at('5'), at('6'));
    const [call] = calls;
    expect(calls).toHaveLength(1);
    expect(
      call?.carriers.map(({ job, wishedBy }) => [job, wishedBy.map(({ from }) => from)]),
    ).toEqual([
      [{ job_id: '131', start_time: '6' }, ['m3']],
      ['130', ['m1', 'm2', 'm3']],
    ]);
    expect(settled.map(({ job_id, wishedBy }) => [job_id, wishedBy.from])).toEqual([
      ['131', 'm1'],
      ['131', 'm2'],
    ]);
  });
});

describe('a message that the queue gave twice is asked for once', () => {
  it('and both stand for it', () => {
    const twice = [queuedAs('m1', { age: 1 }), queuedAs('m1-again', { age: 1 })];
    const { calls, settled } = planCalls(twice, NOW);
    expect(
      calls.map(({ carriers }) =>
        carriers.map(({ job, wishedBy }) => [jobIdOf(job), wishedBy.length]),
      ),
    ).toEqual([[['131', 2]]]);
    expect(settled).toEqual([]);
  });
});

describe('nothing in, nothing out', () => {
  it('an empty batch plans nothing', () => {
    expect(plan()).toEqual({ calls: [], waiting: [], settled: [] });
  });
});
