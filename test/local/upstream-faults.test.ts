import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { UpstreamOptions } from '../../local/upstream/simulator.ts';
import { until } from '../support/until.ts';
import { beginGuarded, FORGED, KEY, USER } from './begin-guarded.ts';
import { begin, PROJECT, RUN, STATUS, STOP } from './begin-upstream.ts';

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
