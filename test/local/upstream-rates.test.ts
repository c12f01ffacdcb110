import { describe, expect, it } from 'vitest';
import { until } from '../support/until.ts';
import { beginGuarded, FORGED, KEY, USER } from './begin-guarded.ts';
import { begin, PROJECT, RUN, STATUS } from './begin-upstream.ts';

const DETAIL = `/v1.0/${PROJECT}/streaming/jobs/1`;

const statusesOf = async (count: number, act: (i: number) => Promise<{ status: number }>) => {
  const statuses = [];
  for (let i = 0; i < count; i += 1) statuses.push((await act(i)).status);
  return statuses;
};

describe('a project may make so many calls in a second', () => {
  it('what is above is 429 from the gateway, with no effect, and on record', async () => {
    const { run, calls, dliEffects } = await begin({ behaviour: { '*': { callsPerSecond: 2 } } });
    expect(await statusesOf(3, run)).toEqual([200, 200, 429]);
    expect(calls.map(({ status, fault, job_ids }) => ({ status, fault, job_ids }))).toEqual([
      { status: 200, fault: undefined, job_ids: ['0'] },
      { status: 200, fault: undefined, job_ids: ['1'] },
      { status: 429, fault: 'overRate', job_ids: ['2'] },
    ]);
    expect(dliEffects('2')).toEqual([]);
    expect(JSON.parse((await run(3)).text).error_code).toBe('APIGW.0308');
  });

  it('they come back with time, no more than a second’s worth', async () => {
    const { run, pass } = await begin({ behaviour: { '*': { callsPerSecond: 2 } } });
    await statusesOf(3, run);
    pass(499);
    expect((await run(3)).status).toBe(429);
    pass(1);
    expect(await statusesOf(2, run)).toEqual([200, 429]);
    pass(60_000);
    expect(await statusesOf(3, (i) => run(10 + i))).toEqual([200, 200, 429]);
  });

  it('fewer than one in a second too', async () => {
    const { run, pass } = await begin({ behaviour: { '*': { callsPerSecond: 0.5 } } });
    expect(await statusesOf(2, run)).toEqual([200, 429]);
    pass(1_999);
    expect((await run(2)).status).toBe(429);
    pass(1);
    expect((await run(3)).status).toBe(200);
  });

  it('services and projects have rates of their own', async () => {
    const { run, start, post, halt } = await begin({ behaviour: { '*': { callsPerSecond: 1 } } });
    expect((await run(1)).status).toBe(200);
    expect((await halt(2)).status).toBe(429);
    expect((await start('a')).status).toBe(202);
    expect((await post(RUN.replace(PROJECT, 'other'), '{"job_ids":[1]}')).status).toBe(200);
  });

  it('one operation may have a rate alone, and null takes it away', async () => {
    const { run, halt, behave } = await begin({ behaviour: { 'dli.run': { callsPerSecond: 1 } } });
    expect(await statusesOf(2, run)).toEqual([200, 429]);
    expect(await statusesOf(3, (i) => halt(10 + i))).toEqual([200, 200, 200]);
    behave({ 'dli.run': { callsPerSecond: null } });
    expect(await statusesOf(3, (i) => run(20 + i))).toEqual([200, 200, 200]);
  });

  it('looks count, and are on record', async () => {
    const { get, post, looks } = await begin({ behaviour: { '*': { callsPerSecond: 1 } } });
    const body = '{"jobs":["a","b"]}';
    expect(await statusesOf(2, () => get(DETAIL))).toEqual([200, 429]);
    expect(await statusesOf(2, () => post(STATUS, body))).toEqual([200, 429]);
    const record = { at: 1_000_000, project_id: PROJECT };
    expect(looks).toEqual([
      { ...record, service: 'dli', job_ids: ['1'], status: 200 },
      { ...record, service: 'dli', job_ids: ['1'], status: 429 },
      { ...record, service: 'drs', job_ids: ['a', 'b'], status: 200 },
      { ...record, service: 'drs', job_ids: ['a', 'b'], status: 429 },
    ]);
  });

  it('a call above the rate uses up no fault, and one with bad credentials no rate', async () => {
    const { call, calls } = await beginGuarded(
      { keys: [KEY] },
      { behaviour: { '*': { callsPerSecond: 1, next: ['error500', 'reset'] } } },
    );
    expect(await statusesOf(3, (i) => call(i === 0 ? FORGED : KEY))).toEqual([401, 500, 429]);
    expect(calls.map(({ fault }) => fault)).toEqual(['error500', 'overRate']);
  });

  it.each([
    [{}, undefined],
    [{ retryAfterSeconds: null }, undefined],
    [{ retryAfterSeconds: 7 }, '7'],
    [{ retryAfterSeconds: 7, retryAfterAs: 'date' }, 'Thu, 01 Jan 1970 00:16:47 GMT'],
  ] as const)('with %j, Retry-After is %s', async (settings, said) => {
    const { run, behave } = await begin({ behaviour: { '*': { ...settings, callsPerSecond: 1 } } });
    await run(1);
    expect((await run(2)).headers['retry-after']).toBe(said);
    behave({ '*': { callsPerSecond: null, next: ['throttle'] } });
    expect((await run(3)).headers['retry-after']).toBe(said);
  });
});

describe('an outage takes everything away', () => {
  it('calls, looks and tokens: 503 and no body, whoever asks', async () => {
    const { call, get, fetchToken, calls, looks, refusals, behave, dliEffects } =
      await beginGuarded({ keys: [KEY], users: [USER] });
    behave({ '*': { down: true } });
    for (const reply of [
      await call(KEY),
      await call(FORGED),
      await get(DETAIL),
      await fetchToken(),
    ])
      expect([reply.status, reply.text]).toEqual([503, '']);
    expect(calls.map(({ status, fault }) => [status, fault])).toEqual([
      [503, 'down'],
      [503, 'down'],
    ]);
    expect([looks.map(({ status }) => status), refusals]).toEqual([[503], []]);
    expect(dliEffects('1')).toEqual([]);
    behave({ '*': { down: false } });
    expect((await call(KEY)).status).toBe(200);
  });

  it('or it answers nothing at all', async () => {
    const { send, calls, looks } = await begin({ behaviour: { '*': { down: 'hang' } } });
    const client = new AbortController();
    const replies = Promise.allSettled([
      send('POST', RUN, '{"job_ids":[1]}', {}, client.signal),
      send('GET', DETAIL, null, {}, client.signal),
    ]);
    await until(() => expect([calls.length, looks.length]).toEqual([1, 1]));
    client.abort();
    expect((await replies).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect([calls[0]?.status, looks[0]?.status]).toEqual([null, null]);
  });

  it('of one operation alone', async () => {
    const { run, halt, get } = await begin({ behaviour: { 'dli.run': { down: true } } });
    expect([(await run(1)).status, (await halt(2)).status, (await get(DETAIL)).status]).toEqual([
      503, 200, 200,
    ]);
  });
});

describe('the settings of both are plain data too', () => {
  it.each([
    ['{"*":{"callsPerSecond":0}}', '*.callsPerSecond: must be more than 0'],
    ['{"*":{"callsPerSecond":"1"}}', '*.callsPerSecond: must be a number'],
    ['{"*":{"down":"no"}}', '*.down: must be true, false or hang'],
    ['{"*":{"retryAfterAs":"text"}}', '*.retryAfterAs: must be seconds or date'],
  ])('%s', async (change, message) => {
    const { behave } = await begin();
    expect(() => behave(JSON.parse(change))).toThrow(message);
  });
});
