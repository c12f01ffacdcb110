import { describe, expect, it } from 'vitest';
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
