import { describe, expect, it } from 'vitest';
import { mapOperations, SIMULATED } from '../../local/upstream/operations/index.ts';
import { startUpstream } from '../../local/upstream/simulator.ts';
import { bad, begin, good, NOT_THERE, parsed, SUBMITTED, WRONG_STATE } from './begin-upstream.ts';

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
