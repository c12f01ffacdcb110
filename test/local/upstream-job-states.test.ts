import { describe, expect, it } from 'vitest';
import {
  bad,
  begin,
  good,
  PROJECT,
  parsed,
  RUN,
  START,
  STOP,
  STOPPED,
  SUBMITTED,
  WRONG_STATE,
} from './begin-upstream.ts';

describe('job states take time', () => {
  it('a run is submitted, then running', async () => {
    const { run, pass, dliStatus } = await begin();
    expect(dliStatus('1')).toBe('job_init');
    await run(1);
    pass(99);
    expect(dliStatus('1')).toBe('job_submitting');
    pass(1);
    expect(dliStatus('1')).toBe('job_running');
  });

  it('a stop makes its savepoint, cancels, and is done', async () => {
    const { post, pass, dliStatus } = await begin();
    await post(STOP, '{"job_ids":[1],"trigger_savepoint":true}');
    const seen = [0, 100, 100].map((ms) => {
      pass(ms);
      return dliStatus('1');
    });
    expect(seen).toEqual(['job_savepointing', 'job_canceling', 'job_cancel_success']);
  });

  it('a start transfers in full, then incrementally', async () => {
    const { start, pass, drsStatus } = await begin();
    await start('a');
    const seen = [0, 100, 100].map((ms) => {
      pass(ms);
      return drsStatus('a');
    });
    expect(seen).toEqual(['STARTJOBING', 'FULL_TRANSFER_STARTED', 'INCRE_TRANSFER_STARTED']);
  });

  it('a start in the future waits for its time', async () => {
    const { post, pass, drsStatus } = await begin();
    await post(START, '{"jobs":[{"job_id":"a","start_time":"1000050"}]}');
    const seen = [49, 1, 100].map((ms) => {
      pass(ms);
      return drsStatus('a');
    });
    expect(seen).toEqual(['WAITING_FOR_START', 'STARTJOBING', 'FULL_TRANSFER_STARTED']);
  });

  it('a task that is only initialised begins no transfer, until it is started', async () => {
    const { post, pass, drsStatus, effectsOf } = await begin();
    await post(START, '{"jobs":[{"job_id":"a","is_only_init_task":true}]}');
    const seen = [0, 100, 10_000].map((ms) => {
      pass(ms);
      return drsStatus('a');
    });
    expect(seen).toEqual(['STARTJOBING', 'WAITING_FOR_START', 'WAITING_FOR_START']);

    const start = () => post(START, '{"jobs":[{"job_id":"a","is_only_init_task":false}]}');
    expect((await start()).text).toContain('"status":"success"');
    pass(100);
    expect(drsStatus('a')).toBe('FULL_TRANSFER_STARTED');
    expect((await start()).text).toContain('DRS.M00304');
    expect(effectsOf('drs', PROJECT, 'a')).toMatchObject([
      { effect: 'start', onlyInitialised: true },
      { effect: 'start' },
    ]);
  });

  it('all the states on the way may have passed unseen', async () => {
    const { run, halt, pass, dliStatus } = await begin();
    await run(1);
    pass(10_000);
    expect(parsed(await halt(1)).body).toEqual([good(STOPPED)]);
    pass(10_000);
    expect(dliStatus('1')).toBe('job_cancel_success');
  });

  it('projects have jobs of their own', async () => {
    const { run, statusOf } = await begin();
    await run(1);
    expect(statusOf('dli', 'another', '1')).toBe('job_init');
  });
});

describe('a savepoint serves once', () => {
  const resume = '{"job_ids":[1],"resume_savepoint":true}';
  const save = '{"job_ids":[1],"trigger_savepoint":true}';

  it('the run that resumes from it consumes it', async () => {
    const { post, halt, pass, dliEffects } = await begin();
    await post(STOP, save);
    pass(200);
    await post(RUN, resume);
    pass(100);
    await halt(1);
    pass(100);
    await post(RUN, resume);
    expect(dliEffects('1')).toEqual([
      { at: 1_000_000, effect: 'stop', savepoint: true },
      { at: 1_000_200, effect: 'run', resumed: true },
      { at: 1_000_300, effect: 'stop' },
      { at: 1_000_400, effect: 'run', resumed: false },
    ]);
  });

  it('a run that does not resume leaves it', async () => {
    const { post, run, halt, pass, dliEffects } = await begin();
    await post(STOP, save);
    pass(200);
    await run(1);
    pass(100);
    await halt(1);
    pass(100);
    await post(RUN, resume);
    expect(dliEffects('1').map(({ resumed }) => resumed)).toEqual([
      undefined,
      undefined,
      undefined,
      true,
    ]);
  });

  it('a job first asked to resume has one', async () => {
    const { post, dliEffects } = await begin();
    await post(RUN, resume);
    expect(dliEffects('1')).toEqual([{ at: 1_000_000, effect: 'run', resumed: true }]);
  });
});

describe('a request in the wrong state fails for that job alone', () => {
  it('a run while submitted or running', async () => {
    const { run, pass, dliEffects } = await begin();
    await run(1);
    expect(parsed(await run(1, 2)).body).toEqual([bad(WRONG_STATE), good(SUBMITTED)]);
    pass(100);
    expect(parsed(await run(1)).body).toEqual([bad(WRONG_STATE)]);
    expect(dliEffects('1')).toHaveLength(1);
  });

  it('a stop while stopping or stopped', async () => {
    const { halt, pass } = await begin();
    await halt(1);
    expect(parsed(await halt(1)).body).toEqual([bad(WRONG_STATE)]);
    pass(100);
    expect(parsed(await halt(1)).body).toEqual([bad(WRONG_STATE)]);
  });

  it('a start while started', async () => {
    const { start, drsEffects } = await begin();
    await start('a');
    expect(parsed(await start('b', 'a'))).toEqual({
      status: 202,
      body: {
        results: [
          { id: 'b', status: 'success' },
          {
            id: 'a',
            status: 'failed',
            error_code: 'DRS.M00304',
            error_msg: expect.any(String),
          },
        ],
        count: 2,
      },
    });
    expect(drsEffects('a')).toHaveLength(1);
  });

  it('a job listed twice in one call', async () => {
    const { run } = await begin();
    expect(parsed(await run(1, 1)).body).toEqual([good(SUBMITTED), bad(WRONG_STATE)]);
  });
});
