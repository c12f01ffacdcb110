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
  STATUS,
  STOP,
  STOPPED,
  SUBMITTED,
  WRONG_STATE,
} from './begin-upstream.ts';

type Begun = Awaited<ReturnType<typeof begin>>;

const SAVE = '{"job_ids":[1],"trigger_savepoint":true}';

const shownBy = async ({ get }: Begun, id = '1') => {
  const { text } = await get(`/v1.0/${PROJECT}/streaming/jobs/${id}`);
  const { status, start_time } = JSON.parse(text).job_detail;
  return { status, start_time };
};

const shownTask = async ({ post }: Begun) =>
  JSON.parse((await post(STATUS, '{"jobs":["a"]}')).text).results[0].status;

/** What looks show now and after each of these times. */
const seen = async (upstream: Begun, steps: readonly number[], look = shownBy) => {
  const all = [];
  for (const ms of steps) {
    upstream.pass(ms);
    all.push((await look(upstream)).status);
  }
  return all;
};

describe('statusLagMs: looks show what was so long ago', () => {
  it('of a run, its start included', async () => {
    const upstream = await begin({ behaviour: { '*': { statusLagMs: 250 } } });
    await upstream.run(1);
    expect(upstream.dliStatus('1')).toBe('job_submitting');
    expect(await shownBy(upstream)).toEqual({ status: 'job_init', start_time: null });
    expect(await seen(upstream, [249, 1, 99, 1])).toEqual([
      'job_init',
      'job_submitting',
      'job_submitting',
      'job_running',
    ]);
    expect(await shownBy(upstream)).toEqual({ status: 'job_running', start_time: 1_000_000 });
  });

  it('of a stop, whose states come in order', async () => {
    const upstream = await begin({ behaviour: { 'dli.stop': { statusLagMs: 1_000 } } });
    await upstream.post(STOP, SAVE);
    expect(await seen(upstream, [0, 999, 1, 100, 100])).toEqual([
      'job_running',
      'job_running',
      'job_savepointing',
      'job_canceling',
      'job_cancel_success',
    ]);
  });

  it('of a DRS task', async () => {
    const upstream = await begin({ behaviour: { 'drs.start': { statusLagMs: 150 } } });
    await upstream.start('a');
    const statuses = [];
    for (const ms of [0, 149, 1, 100, 100]) {
      upstream.pass(ms);
      statuses.push(await shownTask(upstream));
    }
    expect(statuses).toEqual([
      'CONFIGURATION',
      'CONFIGURATION',
      'STARTJOBING',
      'FULL_TRANSFER_STARTED',
      'INCRE_TRANSFER_STARTED',
    ]);
  });

  it('what is shown never goes back: a later call without a lag waits for the one before', async () => {
    const upstream = await begin({ behaviour: { 'dli.stop': { statusLagMs: 1_000 } } });
    await upstream.halt(1);
    upstream.pass(100);
    await upstream.run(1);
    expect(upstream.dliStatus('1')).toBe('job_submitting');
    expect(await seen(upstream, [0, 899, 1, 99, 1])).toEqual([
      'job_running',
      'job_running',
      'job_canceling',
      'job_canceling',
      'job_running',
    ]);
  });

  it('the true state decides on calls', async () => {
    const upstream = await begin({ behaviour: { '*': { statusLagMs: 60_000 } } });
    await upstream.halt(1);
    expect(await shownBy(upstream)).toMatchObject({ status: 'job_running' });
    expect(parsed(await upstream.halt(1)).body).toEqual([bad(WRONG_STATE)]);
    upstream.pass(100);
    expect(await shownBy(upstream)).toMatchObject({ status: 'job_running' });
    expect(parsed(await upstream.run(1)).body).toEqual([good(SUBMITTED)]);
  });
});

describe('effectLagMs: a call takes effect so much later than it is answered', () => {
  it('a run', async () => {
    const upstream = await begin({ behaviour: { '*': { effectLagMs: 500 } } });
    expect(parsed(await upstream.run(1)).body).toEqual([good(SUBMITTED)]);
    expect(upstream.dliEffects('1')).toEqual([]);
    expect(await seen(upstream, [0, 499, 1, 100])).toEqual([
      'job_init',
      'job_init',
      'job_submitting',
      'job_running',
    ]);
    expect(upstream.dliEffects('1')).toEqual([{ at: 1_000_500, effect: 'run' }]);
    expect(await shownBy(upstream)).toMatchObject({ start_time: 1_000_500 });
  });

  it('and is seen later by the other lag too', async () => {
    const upstream = await begin({ behaviour: { '*': { effectLagMs: 500, statusLagMs: 300 } } });
    await upstream.run(1);
    expect(await seen(upstream, [799, 1])).toEqual(['job_init', 'job_submitting']);
  });

  it('the savepoint of a late stop is there when the stop has made it', async () => {
    const upstream = await begin({ behaviour: { 'dli.stop': { effectLagMs: 1_000 } } });
    await upstream.post(STOP, SAVE);
    upstream.pass(1_000 + 200);
    await upstream.post(RUN, '{"job_ids":[1],"resume_savepoint":true}');
    expect(upstream.dliEffects('1')).toEqual([
      { at: 1_001_000, effect: 'stop', savepoint: true },
      { at: 1_001_200, effect: 'run', resumed: true },
    ]);
  });

  it('a second call is accepted by the state of then, and has none when the first was faster', async () => {
    const upstream = await begin({ behaviour: { '*': { effectLagMs: 500 } } });
    for (let i = 0; i < 2; i += 1)
      expect(parsed(await upstream.run(1)).body).toEqual([good(SUBMITTED)]);
    upstream.pass(10_000);
    expect(upstream.dliEffects('1')).toEqual([{ at: 1_000_500, effect: 'run' }]);
  });

  it('calls take effect in the order of their times, whatever the order they came in', async () => {
    const upstream = await begin({ behaviour: { 'dli.stop': { effectLagMs: 1_000 } } });
    upstream.putJobs({ dli: { [`${PROJECT}/1`]: { status: 'job_running_exception' } } });
    await upstream.halt(1);
    await upstream.run(1);
    expect(upstream.dliStatus('1')).toBe('job_submitting');
    upstream.pass(2_000);
    expect(upstream.dliEffects('1').map(({ at, effect }) => [at, effect])).toEqual([
      [1_000_000, 'run'],
      [1_001_000, 'stop'],
    ]);
  });

  it('a call whose answer is lost is as late', async () => {
    const upstream = await begin({
      behaviour: { 'dli.run': { effectLagMs: 500, next: ['error500AfterEffect'] } },
    });
    expect((await upstream.run(1)).status).toBe(500);
    expect(await seen(upstream, [499, 1])).toEqual(['job_init', 'job_submitting']);
  });
});

describe('declineStop: the savepoint fails and the job runs on', () => {
  it('two seconds in job_savepointing, then running as before, with no effect', async () => {
    const upstream = await begin({ behaviour: { 'dli.stop': { declineStop: true } } });
    await upstream.run(1);
    upstream.pass(1_000);
    expect(parsed(await upstream.post(STOP, SAVE)).body).toEqual([good(STOPPED)]);
    const started = { start_time: 1_000_000 };
    expect(await shownBy(upstream)).toEqual({ status: 'job_savepointing', ...started });
    upstream.pass(1_999);
    expect(await shownBy(upstream)).toEqual({ status: 'job_savepointing', ...started });
    upstream.pass(1);
    expect(await shownBy(upstream)).toEqual({ status: 'job_running', ...started });
    expect(upstream.dliEffects('1').map(({ effect }) => effect)).toEqual(['run']);
  });

  it('a stop without a savepoint is not declined', async () => {
    const upstream = await begin({ behaviour: { '*': { declineStop: true } } });
    await upstream.halt(1);
    upstream.pass(100);
    expect(upstream.dliStatus('1')).toBe('job_cancel_success');
  });
});

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
