import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { beginStack, type TestStack, until } from '../support/stack.ts';
import { INTENTS_PATH, runPath, startPath, stopPath } from '../support/vendor.ts';

const BAD = '666';

let stack: TestStack;

const run = async (project: string, ids: string, resume?: boolean) => {
  const flag = resume === undefined ? '' : `,"resume_savepoint":${resume}`;
  return (await stack.post(runPath(project), `{"job_ids":[${ids}]${flag}}`)).intentId;
};
const stop = async (project: string, ids: string) =>
  (await stack.post(stopPath(project), `{"job_ids":[${ids}]}`)).intentId;
const start = async (project: string, ids: readonly string[]) => {
  const body = JSON.stringify({ jobs: ids.map((job_id) => ({ job_id })) });
  return (await stack.post(startPath(project), body)).intentId;
};
const runUntil = async (project: string, expires_at: string) => {
  const intent = { operation: 'dli.run', project_id: project, jobs: ['1'], expires_at };
  return (await stack.post(INTENTS_PATH, JSON.stringify(intent))).intentId;
};

const callsFor = (project: string) =>
  stack.upstream.calls.filter(({ project_id }) => project_id === project);
const outcomesOf = (intent: string | undefined) =>
  stack.resultsOf(intent ?? '').map(({ job_id, outcome }) => [job_id, outcome]);

/** How long an intent is good for that is to be late. */
const LATE_MS = 4_000;
let lateAt = 0;

/** All are posted in this order, and make up one batch. */
const scenarios: Record<string, () => Promise<readonly string[]>> = {
  late: async () => {
    lateAt = Date.now() + LATE_MS;
    return [await runUntil('late', new Date(lateAt).toISOString())];
  },
  same: async () => [await run('same', '1'), await run('same', '1,2'), await run('same', '2')],
  flags: async () => [await run('flags', '1', true), await run('flags', '1', false)],
  halted: async () => [await run('halted', '1,2'), await stop('halted', '1')],
  restart: async () => [await stop('restart', '1'), await run('restart', '1', false)],
  undone: async () => [
    await stop('undone', '1'),
    await run('undone', '1'),
    await stop('undone', '1'),
  ],
  bad: async () => [await run('bad', `1,2,3,${BAD}`), await run('bad', '4,5,6,7')],
  // The last one fills the batch. No function gets it before the deadline has passed.
  badTasks: async () => {
    const first = await start('bad', ['a', BAD, 'b']);
    await until(() => expect(Date.now()).toBeGreaterThan(lateAt));
    return [first, await start('bad', [BAD, 'c'])];
  },
};
const BATCH_SIZE = 17;
const intents = new Map<string, readonly string[]>();
const of = (scenario: string): readonly string[] => intents.get(scenario) ?? [];

beforeAll(async () => {
  // A batch is handed over when it is full: the window is only there to be long enough.
  stack = await beginStack({
    BATCH_SIZE: String(BATCH_SIZE),
    BATCH_WINDOW_SECONDS: '60',
    RESTART_DELAY_SECONDS: '1',
    SETTLE_SECONDS: '1',
  });
  const whole = { badIds: [BAD], refuseWhole: true };
  stack.upstream.behave({ 'dli.run': whole, 'drs.start': whole });
  for (const [name, post] of Object.entries(scenarios)) intents.set(name, await post());
  expect([...intents.values()].flat()).toHaveLength(BATCH_SIZE);
  await until(() => expect(callsFor('restart').length).toBeGreaterThan(0));
  // So that the run of the restart, which comes back alone, does not wait for the window.
  for (let i = 1; i < BATCH_SIZE; i++) await run('filler', String(i));
  await stack.idle();
});
afterAll(() => stack.stop());

describe('per job, the newest wish counts', () => {
  test('the same wish of several callers is one call, and each has the result', () => {
    expect(callsFor('same')).toMatchObject([{ job_ids: ['1', '2'] }]);
    expect(of('same').map(outcomesOf)).toEqual([
      [['1', 'delivered']],
      [
        ['1', 'delivered'],
        ['2', 'delivered'],
      ],
      [['2', 'delivered']],
    ]);
  });

  test('the same operation with another flag supersedes, and flags are never merged', () => {
    expect(callsFor('flags')).toMatchObject([{ options: { resume_savepoint: false } }]);
    const [older, newer] = of('flags');
    expect(stack.resultsOf(older ?? '')).toMatchObject([
      { outcome: 'superseded', superseded_by: newer },
    ]);
    expect(outcomesOf(newer)).toEqual([['1', 'delivered']]);
  });

  test('a stop supersedes the run before it, for its own jobs alone', () => {
    const [older, newer] = of('halted');
    expect(outcomesOf(older).toSorted()).toEqual([
      ['1', 'superseded'],
      ['2', 'delivered'],
    ]);
    expect(outcomesOf(newer)).toEqual([['1', 'delivered']]);
    expect(stack.upstream.effectsOf('dli', 'halted', '1')).toMatchObject([{ effect: 'stop' }]);
  });

  test('past its deadline an intent is expired, without a call', () => {
    expect(callsFor('late')).toEqual([]);
    expect(outcomesOf(of('late')[0])).toEqual([['1', 'expired']]);
  });
});

describe('a stop and then a run is a restart', () => {
  test('both are carried out, in that order, the run not before its delay', () => {
    const [halt, rerun] = callsFor('restart');
    expect(callsFor('restart')).toMatchObject([
      { operation: 'dli.stop' },
      { operation: 'dli.run' },
    ]);
    expect((rerun?.at ?? 0) - (halt?.at ?? 0)).toBeGreaterThanOrEqual(1_000);
    expect(stack.upstream.effectsOf('dli', 'restart', '1')).toMatchObject([
      { effect: 'stop' },
      { effect: 'run' },
    ]);
  });

  test('and both have their result', () => {
    expect(of('restart').map(outcomesOf)).toEqual([[['1', 'delivered']], [['1', 'delivered']]]);
  });

  test('unless a newer stop undoes it', () => {
    expect(callsFor('undone')).toMatchObject([{ operation: 'dli.stop' }]);
    expect(of('undone').map(outcomesOf)).toEqual([
      [['1', 'delivered']],
      [['1', 'superseded']],
      [['1', 'delivered']],
    ]);
  });
});

describe('a bad id hurts only itself', () => {
  test('among eight jobs of two callers', () => {
    const outcomes = of('bad').flatMap(outcomesOf);
    const expected = ['1', '2', '3', BAD, '4', '5', '6', '7'].map((id) => [
      id,
      id === BAD ? 'rejected' : 'delivered',
    ]);
    expect(outcomes.toSorted()).toEqual(expected.toSorted());
  });

  test('within 2·ceil(log2 n) + 1 further calls', () => {
    const calls = stack.upstream.calls.filter(
      ({ project_id, operation }) => project_id === 'bad' && operation === 'dli.run',
    );
    expect(calls[0]?.job_ids).toHaveLength(8);
    expect(calls.length - 1).toBeLessThanOrEqual(2 * 3 + 1);
  });

  test('with its own reason, for everybody who asked for it', () => {
    const errors = stack
      .results()
      .filter(({ outcome }) => outcome === 'rejected')
      .map(({ operation, job_id, error }) => ({ operation, job_id, error }));
    const missing = { code: 'DRS.M05003', message: 'The task does not exist.' };
    expect(errors).toHaveLength(3);
    expect(errors).toContainEqual({
      operation: 'dli.run',
      job_id: BAD,
      error: { code: 'DLI.0001', message: 'The job does not exist.' },
    });
    expect(errors).toContainEqual({ operation: 'drs.start', job_id: BAD, error: missing });
  });

  test('among tasks as among jobs', () => {
    expect(of('badTasks').map((intent) => outcomesOf(intent).toSorted())).toEqual([
      [
        [BAD, 'rejected'],
        ['a', 'delivered'],
        ['b', 'delivered'],
      ],
      [
        [BAD, 'rejected'],
        ['c', 'delivered'],
      ],
    ]);
  });
});
