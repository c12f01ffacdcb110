import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { mapOperations, SIMULATED } from '../../local/upstream/operations/index.ts';
import { startUpstream, type UpstreamOptions } from '../../local/upstream/simulator.ts';
import { until } from '../support/until.ts';
import { beginGuarded, FORGED, KEY, USER } from './begin-guarded.ts';
import {
  bad,
  begin,
  good,
  NOT_THERE,
  PROJECT,
  parsed,
  RUN,
  STATUS,
  STOP,
  SUBMITTED,
  WRONG_STATE,
} from './begin-upstream.ts';

describe('reply shapes', () => {
  const ok = good(SUBMITTED);
  const missing = bad(NOT_THERE);
  it.each([
    ['per-job', 200, [ok, missing, ok]],
    ['one-element', 200, [missing]],
    ['bare-object', 200, missing],
    ['short', 200, [ok, missing]],
    ['long', 200, [ok, missing, ok, ok]],
    [
      'boolean',
      200,
      [ok, missing, ok].map(({ is_success, message }) => ({
        is_success: is_success === 'true',
        message,
      })),
    ],
    ['error-array', 400, [ok, { error_code: 'DLI.0002', error_msg: NOT_THERE }, ok]],
  ] as const)('dli %s', async (shape, status, body) => {
    const { run, dliEffects } = await begin({ behaviour: { 'dli.run': { shape, badIds: ['2'] } } });
    expect(parsed(await run(1, 2, 3))).toEqual({ status, body });
    expect(['1', '2', '3'].map((id) => dliEffects(id).length)).toEqual([1, 0, 1]);
  });

  it.each([
    ['one-element', [ok]],
    ['bare-object', ok],
    ['error-array', [ok, ok]],
  ] as const)('dli %s where all is well', async (shape, body) => {
    const { run } = await begin({ behaviour: { 'dli.run': { shape } } });
    expect(parsed(await run(1, 2))).toEqual({ status: 200, body });
  });

  const rows = [
    { id: 'a', status: 'success' },
    { id: 'b', status: 'failed', error_code: 'DRS.M05003', error_msg: 'The task does not exist.' },
    { id: 'c', status: 'success' },
  ];
  const bare = ({ status, ...row }: (typeof rows)[number]) =>
    status === 'failed' ? row : { status, ...row };
  it.each([
    ['results', 202, { results: rows, count: 3 }],
    ['jobs', 202, { jobs: rows, count: 3 }],
    ['both', 202, { results: rows, jobs: rows, count: 3 }],
    ['status-200', 200, { results: rows, count: 3 }],
    ['shuffled', 202, { results: rows.toReversed(), count: 3 }],
    ['code-alone', 400, { results: rows.map(bare), count: 3 }],
  ] as const)('drs %s', async (shape, status, body) => {
    const { start } = await begin({ behaviour: { 'drs.start': { shape, badIds: ['b'] } } });
    expect(parsed(await start('a', 'b', 'c'))).toEqual({ status, body });
  });

  it('html, from every operation, with its effect', async () => {
    const { run, halt, start, dliEffects } = await begin({ behaviour: { '*': { shape: 'html' } } });
    for (const { status, headers, text } of [await run(1), await halt(2), await start('a')]) {
      expect([status, headers['content-type']]).toEqual([200, 'text/html']);
      expect(text).toMatch(/^<html>/);
    }
    expect(dliEffects('1')).toHaveLength(1);
  });

  it('nothing at all, with its effect', async () => {
    const { run, start, drsEffects } = await begin({ behaviour: { '*': { shape: 'empty' } } });
    expect(await run(1)).toMatchObject({ status: 200, text: '' });
    expect(await start('a')).toMatchObject({ status: 202, text: '' });
    expect(drsEffects('a')).toHaveLength(1);
  });
});

describe('refuseWhole makes one bad job refuse the call, with nothing done', () => {
  it('dli, with an array under 400', async () => {
    const { run, behave, dliEffects, dliStatus } = await begin();
    behave({ 'dli.run': { badIds: ['2'], refuseWhole: true } });
    expect(parsed(await run(1, 2, 3))).toEqual({
      status: 400,
      body: [{ error_code: 'DLI.0001', error_msg: NOT_THERE }],
    });
    expect([dliEffects('1'), dliStatus('1')]).toEqual([[], 'job_init']);
    expect(parsed(await run(1, 3))).toEqual({
      status: 200,
      body: [good(SUBMITTED), good(SUBMITTED)],
    });
  });

  it('dli, for a job in the wrong state too', async () => {
    const { run, dliEffects } = await begin({ behaviour: { '*': { refuseWhole: true } } });
    await run(1);
    expect(parsed(await run(2, 1))).toEqual({
      status: 400,
      body: [{ error_code: 'DLI.0001', error_msg: WRONG_STATE }],
    });
    expect(dliEffects('2')).toEqual([]);
  });

  it('drs, with the code of the trouble', async () => {
    const { start, behave, drsEffects } = await begin();
    behave({ 'drs.start': { badIds: ['b'], refuseWhole: true } });
    const codes = [];
    for (const ids of [['a', 'b'], ['a'], ['a', 'c']]) {
      codes.push(JSON.parse((await start(...ids)).text).error_code);
    }
    expect(codes).toEqual(['DRS.M05003', undefined, 'DRS.M00304']);
    expect([drsEffects('a').length, drsEffects('c').length]).toEqual([1, 0]);
  });
});

describe('faults', () => {
  it.each([
    ['throttle', 429, 'APIGW.0308', 429, 'APIGW.0308'],
    ['throttleAs400', 400, 'DLI.0012', 400, 'DRS.M01503'],
    ['error500', 500, 'DLI.10001', 500, 'DRS.M00004'],
    ['serverErrorAs400', 400, 'DLI.0999', 400, 'DRS.M00004'],
    ['unauthorized', 401, 'APIGW.0301', 401, 'APIGW.0301'],
  ] as const)(
    '%s: an error and no effect',
    async (fault, dliStatus, dliCode, drsStatus, drsCode) => {
      const { run, start, calls, dliEffects, drsEffects } = await begin({
        behaviour: { '*': { next: [fault, fault] } },
      });
      for (const [reply, status, code] of [
        [await run(1), dliStatus, dliCode],
        [await start('a'), drsStatus, drsCode],
      ] as const) {
        expect([reply.status, JSON.parse(reply.text).error_code]).toEqual([status, code]);
      }
      expect([...dliEffects('1'), ...drsEffects('a')]).toEqual([]);
      expect(calls.map((call) => [call.fault, call.status])).toEqual([
        [fault, dliStatus],
        [fault, drsStatus],
      ]);
    },
  );

  it('throttle says when to come back', async () => {
    const { run } = await begin({
      behaviour: { 'dli.run': { next: ['throttle'], retryAfterSeconds: 7 } },
    });
    expect((await run(1)).headers['retry-after']).toBe('7');
  });

  it('error500AfterEffect: an error, and it happened', async () => {
    const { run, dliEffects } = await begin({
      behaviour: { 'dli.run': { next: ['error500AfterEffect'] } },
    });
    expect((await run(1)).status).toBe(500);
    expect(dliEffects('1')).toHaveLength(1);
  });

  it('reset: the connection breaks, and it happened', async () => {
    const { run, calls, dliEffects } = await begin({
      behaviour: { 'dli.run': { next: ['reset'] } },
    });
    await expect(run(1)).rejects.toThrow();
    expect(dliEffects('1')).toHaveLength(1);
    expect(calls[0]).toMatchObject({ fault: 'reset', status: null });
    expect((await run(2)).status).toBe(200);
  });

  it.each([
    ['hangAfterEffect', 1],
    ['hangBeforeEffect', 0],
  ] as const)('%s: no answer until the client gives up', async (fault, effects) => {
    const { send, calls, dliEffects } = await begin({
      behaviour: { 'dli.stop': { next: [fault] } },
    });
    const client = new AbortController();
    const reply = send('POST', STOP, '{"job_ids":[1]}', {}, client.signal);
    await until(() => expect(calls).toHaveLength(1));
    client.abort();
    await expect(reply).rejects.toThrow();
    expect(dliEffects('1')).toHaveLength(effects);
    expect(calls[0]).toMatchObject({ fault, status: null });
  });

  it('a call without effect still tells what the job was', async () => {
    const { halt, dliStatus } = await begin({ behaviour: { 'dli.stop': { next: ['throttle'] } } });
    await halt(1);
    expect(dliStatus('1')).toBe('job_running');
  });

  it('latency holds the answer back, not the effect', async () => {
    const { run, calls, dliEffects } = await begin({ behaviour: { '*': { latencyMs: 60 } } });
    const started = performance.now();
    const reply = run(1);
    await until(() => expect(calls).toHaveLength(1));
    expect(dliEffects('1')).toHaveLength(1);
    expect((await reply).status).toBe(200);
    expect(performance.now() - started).toBeGreaterThanOrEqual(55);
    expect(calls[0]?.status).toBe(200);
  });

  it('looks, tokens and refusals are as late as calls', async () => {
    const { get, post, call, fetchToken, behave } = await beginGuarded({
      keys: [KEY],
      users: [USER],
    });
    behave({ '*': { latencyMs: 60 } });
    for (const ask of [
      () => get(`/v1.0/${PROJECT}/streaming/jobs/1`),
      () => post(STATUS, '{"jobs":["a"]}'),
      () => call(KEY),
      () => call(FORGED),
      () => fetchToken(),
      () => get('/nowhere'),
    ]) {
      const started = performance.now();
      await ask();
      expect(performance.now() - started).toBeGreaterThanOrEqual(55);
    }
  });

  it('a look shows the job as it was when it arrived', async () => {
    const { get, run, looks, behave } = await begin({ behaviour: { '*': { latencyMs: 60 } } });
    const started = performance.now();
    const look = get(`/v1.0/${PROJECT}/streaming/jobs/1`);
    await until(() => expect(looks).toHaveLength(1));
    behave({ '*': { latencyMs: 0 } });
    await run(1);
    expect(JSON.parse((await look).text).job_detail.status).toBe('job_init');
    expect(performance.now() - started).toBeGreaterThanOrEqual(55);
    expect(looks.map(({ status }) => status)).toEqual([200]);
  });

  it('a client that gives up on a late answer gets none', async () => {
    const latencyMs = 60_000;
    const { send, run, calls } = await begin({ behaviour: { '*': { latencyMs } } });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const client = new AbortController();
    const reply = send('POST', RUN, '{"job_ids":[1]}', {}, client.signal);
    await until(() => expect(calls).toHaveLength(1));
    client.abort();
    await expect(reply).rejects.toThrow();
    // When it takes the next call, the upstream has seen that the client of the first is gone.
    const next = run(2);
    await until(() => expect(calls).toHaveLength(2));
    vi.advanceTimersByTime(latencyMs);
    await next;
    expect(calls.map(({ status }) => status)).toEqual([null, 200]);
  });

  it('stop ends what hangs and what is held back, at once', async () => {
    const { run, halt, stop, calls } = await begin({
      behaviour: { 'dli.run': { next: ['hangAfterEffect'] }, 'dli.stop': { latencyMs: 3_600_000 } },
    });
    const replies = Promise.allSettled([run(1), halt(2)]);
    await until(() => expect(calls).toHaveLength(2));
    await stop();
    expect((await replies).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(calls.map(({ status }) => status)).toEqual([null, null]);
  });
});

describe('which call has a fault', () => {
  it('the next ones in order: first those of the operation, then those of all', async () => {
    const { run, start, behaviour } = await begin({
      behaviour: { '*': { next: ['throttle'] }, 'dli.run': { next: ['error500', 'unauthorized'] } },
    });
    const statuses = [];
    for (const call of [run(1), run(1), start('a'), start('a'), run(1)])
      statuses.push((await call).status);
    expect(statuses).toEqual([500, 401, 429, 202, 200]);
    expect([behaviour()['*']?.next, behaviour()['dli.run']?.next]).toEqual([[], []]);
  });

  it.each([
    [0, 429],
    [0.29, 429],
    [0.3, 500],
    [0.49, 500],
    [0.5, 200],
  ])('with rates of 0.3 and 0.2, a draw of %d means %d', async (drawn, status) => {
    const { run } = await begin({
      random: () => drawn,
      behaviour: { 'dli.run': { faults: { error500: 0.2, throttle: 0.3 } } },
    });
    expect((await run(1)).status).toBe(status);
  });

  const statusesOf = async (options: UpstreamOptions) => {
    const { run } = await begin({ behaviour: { '*': { faults: { throttle: 0.5 } } }, ...options });
    const statuses = [];
    for (let id = 0; id < 40; id += 1) statuses.push((await run(id)).status);
    return statuses;
  };
  it('the same ones at each start', async () => {
    const statuses = await statusesOf({});
    expect(await statusesOf({})).toEqual(statuses);
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
  });

  it('all of them at a rate of 1, none at 0', async () => {
    const always = await statusesOf({ behaviour: { '*': { faults: { throttle: 1 } } } });
    const never = await statusesOf({ behaviour: { '*': { faults: { throttle: 0 } } } });
    expect([new Set(always), new Set(never)]).toEqual([new Set([429]), new Set([200])]);
  });
});

describe('behaviour is plain data', () => {
  it('an operation has its own settings before those for all', async () => {
    const { run, halt, behave } = await begin({ behaviour: { 'dli.run': { faults: {} } } });
    behave({ '*': { faults: { error500: 1 } } });
    expect([(await run(1)).status, (await halt(2)).status]).toEqual([200, 500]);
  });

  it('a change leaves what it does not name; reset brings back the start', async () => {
    const start = { 'dli.run': { shape: 'short', latencyMs: 1 } } as const;
    const { behave, behaviour, reset } = await begin({ behaviour: start });
    behave({ 'dli.run': { shape: 'long' }, '*': { refuseWhole: true } });
    expect(behaviour()).toMatchObject({
      '*': { refuseWhole: true },
      'dli.run': { shape: 'long', latencyMs: 1 },
    });
    reset();
    expect(behaviour()).toEqual({ '*': {}, ...mapOperations(() => ({})), ...start });
  });

  it.each([
    ['{"dli.list":{}}', `"dli.list": known are *, ${Object.keys(SIMULATED).join(', ')}`],
    ['{"*":{"latency":1}}', '"latency": known are shape, badIds, refuseWhole, latencyMs'],
    ['{"dli.run":{"shape":"jobs"}}', '"jobs": known are per-job, one-element'],
    ['{"drs.start":{"shape":"short"}}', '"short": known are results, jobs'],
    ['{"*":{"shape":"short"}}', '"short": known are html, empty'],
    ['{"*":{"next":["flood"]}}', '*.next.0: unknown fault "flood": known are hangBeforeEffect'],
    ['{"*":{"faults":{"flood":1}}}', 'unknown fault "flood": known are hangBeforeEffect'],
    ['{"*":{"faults":{"reset":2}}}', '*.faults.reset: must be a rate from 0 to 1'],
    ['{"*":{"faults":{"reset":0.6,"throttle":0.6}}}', 'must not add up to more than 1'],
    ['{"*":{"latencyMs":-1}}', '*.latencyMs: must not be negative'],
    ['{"*":{"badIds":[7]}}', '*.badIds.0: must be an id as a string'],
    ['{"*":1}', '*: must be an object of settings'],
  ])('%s is refused by name, and changes nothing', async (change, message) => {
    const { behave, behaviour } = await begin();
    const before = behaviour();
    expect(() => behave(JSON.parse(change))).toThrow(message);
    expect(behaviour()).toBe(before);
  });

  it('a bad one at the start is refused too', async () => {
    const behaviour = JSON.parse('{"*":{"latencyMs":-1,"next":1}}');
    await expect(startUpstream({ behaviour })).rejects.toThrow(
      'bad upstream behaviour: *.latencyMs: must not be negative; *.next: must be a list',
    );
  });
});
