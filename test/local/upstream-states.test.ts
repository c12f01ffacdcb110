import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keepJobs } from '../../local/upstream/jobs.ts';
import { SIMULATED } from '../../local/upstream/operations/index.ts';
import {
  bad,
  begin,
  good,
  PROJECT,
  parsed,
  RUN,
  STOP,
  STOPPED,
  SUBMITTED,
  WRONG_STATE,
} from './begin-upstream.ts';
import { SAVE, seen, shownBy, shownTask } from './shown-states.ts';

describe('jobs can be put into states', () => {
  const put = { dli: { [`${PROJECT}/1`]: { status: 'job_running_exception' } } };

  it.each(['job_running_exception', 'job_cancel_fail', 'job_running'])(
    'a stop is taken in %s',
    async (status) => {
      const upstream = await begin();
      upstream.putJobs({ dli: { [`${PROJECT}/1`]: { status } } });
      expect(await shownBy(upstream)).toEqual({ status, start_time: 1_000_000 });
      expect(parsed(await upstream.post(STOP, SAVE)).body).toEqual([good(STOPPED)]);
      expect(await seen(upstream, [0, 200])).toEqual(['job_savepointing', 'job_cancel_success']);
    },
  );

  it.each(['job_running_exception', 'job_submit_fail', 'job_finish', 'job_cancel_success'])(
    'a run is taken in %s, which stands still',
    async (status) => {
      const upstream = await begin();
      upstream.putJobs({ dli: { [`${PROJECT}/1`]: { status } } });
      expect(parsed(await upstream.run(1)).body).toEqual([good(SUBMITTED)]);
    },
  );

  it.each(['job_cancel_fail', 'job_savepointing', 'job_arrearage_stopped'])(
    'a run is refused in %s',
    async (status) => {
      const upstream = await begin();
      upstream.putJobs({ dli: { [`${PROJECT}/1`]: { status } } });
      expect(parsed(await upstream.run(1)).body).toEqual([bad(WRONG_STATE)]);
    },
  );

  it('what was to come does not, and the state is shown at once', async () => {
    const upstream = await begin({ behaviour: { '*': { statusLagMs: 500, effectLagMs: 500 } } });
    await upstream.run(1);
    upstream.putJobs(put);
    expect(await seen(upstream, [0, 10_000])).toEqual([
      'job_running_exception',
      'job_running_exception',
    ]);
    expect(upstream.dliEffects('1')).toEqual([]);
  });

  it('with a savepoint, and a start of their own; says how they are then', async () => {
    const upstream = await begin();
    const change = { status: 'job_init', savepoint: true, start_time: 5 };
    expect(upstream.putJobs({ dli: { [`${PROJECT}/1`]: change } })).toEqual({
      dli: { [`${PROJECT}/1`]: change },
    });
    expect(await shownBy(upstream)).toEqual({ status: 'job_init', start_time: 5 });
    await upstream.post(RUN, '{"job_ids":[1],"resume_savepoint":true}');
    expect(upstream.dliEffects('1')).toMatchObject([{ resumed: true }]);
    expect(upstream.putJobs({ drs: { [`${PROJECT}/a`]: { status: 'PAUSING' } } })).toEqual({
      drs: { [`${PROJECT}/a`]: { status: 'PAUSING', savepoint: false, start_time: 1_000_000 } },
    });
    expect(await shownTask(upstream)).toBe('PAUSING');
  });

  it.each([
    ['7', '.: must be an object'],
    ['{"obs":{}}', 'unknown field "obs": known are dli, drs'],
    ['{"dli":{"1":{"status":"job_init"}}}', 'must name a job as <project>/<id>'],
    ['{"dli":{"p/1":{}}}', 'dli.p/1.status: must have a status'],
    ['{"dli":{"p/1":{"status":7}}}', 'dli.p/1.status: must be a status as a string'],
    ['{"dli":{"p/1":{"status":"x","at":7}}}', 'unknown field "at"'],
  ])('%s is refused by its fault, and nothing is put', async (text, message) => {
    const upstream = await begin();
    const changes = { ...put, ...JSON.parse(text === '7' ? '{}' : text) };
    expect(() => upstream.putJobs(text === '7' ? JSON.parse(text) : changes)).toThrow(message);
    expect(upstream.dliStatus('1')).toBe('job_init');
  });
});

describe('however calls and lags mix', () => {
  const ID = { service: 'dli', project: 'p', id: '1' } as const;
  const manner = fc.record({
    effectLagMs: fc.constantFrom(0, 100, 3_000),
    statusLagMs: fc.constantFrom(0, 250, 5_000),
    declineStop: fc.boolean(),
  });
  const step = fc.record({
    operation: fc.constantFrom('dli.run', 'dli.stop'),
    saves: fc.boolean(),
    wait: fc.nat({ max: 4_000 }),
    manner,
  });
  type Step = { operation: 'dli.run' | 'dli.stop'; saves: boolean; wait: number };

  it('looks show the states that were true, each in turn, and in the end the truth', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        let now = 0;
        const jobs = keepJobs(() => now, 100);
        const truth: string[] = [];
        const shown: string[] = [];
        const note = (list: string[], status = '') => {
          if (list.at(-1) !== status) list.push(status);
        };
        const passTime = (ms: number) => {
          for (let left = ms; left >= 0; left -= 50) {
            note(truth, jobs.statusOf(ID));
            note(shown, jobs.look(ID)?.status);
            now += 50;
          }
        };
        jobs.look(ID);
        for (const { operation, saves, wait, manner } of steps) {
          const before = jobs.statusOf(ID);
          note(truth, before);
          const options = saves && operation === 'dli.stop' ? { trigger_savepoint: true } : {};
          const { law } = SIMULATED[operation];
          const isAllowed = law.allows({ status: before, savepoint: false, effects: [] }, options);
          const trouble = jobs.carryOut(operation, ID, options, manner);
          expect(trouble).toBe(isAllowed ? undefined : 'wrong-state');
          passTime(wait);
        }
        passTime(20_000);
        expect(shown.at(-1)).toBe(truth.at(-1));
        const rest = truth[Symbol.iterator]();
        for (const status of shown) {
          let next = rest.next();
          while (!next.done && next.value !== status) next = rest.next();
          expect(next.done).toBeFalsy();
        }
      }),
      { numRuns: 300 },
    );
  });

  it('a state that the job leaves as it comes into it is not shown', () => {
    let now = 0;
    const jobs = keepJobs(() => now, 100);
    const lagging = (effectLagMs: number, statusLagMs: number) => ({
      effectLagMs,
      statusLagMs,
      declineStop: false,
    });
    jobs.carryOut('dli.run', ID, {}, lagging(1_000, 0));
    jobs.carryOut('dli.run', ID, {}, lagging(1_300, 5_000));
    now = 1_100;
    // It is done at the moment in which the second run takes effect.
    jobs.carryOut('dli.stop', ID, {}, lagging(100, 0));
    const shown = [1_200, 1_300, 6_299, 6_300].map((at) => {
      now = at;
      return jobs.look(ID)?.status;
    });
    expect(shown).toEqual(['job_canceling', 'job_canceling', 'job_canceling', 'job_submitting']);
    expect(jobs.effectsOf(ID).map(({ effect }) => effect)).toEqual(['run', 'stop', 'run']);
  });

  it('with no lag they show the truth at every moment', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps: readonly Step[]) => {
        let now = 0;
        const jobs = keepJobs(() => now, 100);
        for (const { operation, wait } of steps) {
          jobs.carryOut(operation, ID, {}, { effectLagMs: 0, statusLagMs: 0, declineStop: false });
          now += wait;
          expect(jobs.look(ID)?.status).toBe(jobs.statusOf(ID));
        }
      }),
    );
  });
});
