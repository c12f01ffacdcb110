import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { beginStack, type TestStack } from '../support/stack.ts';
import { delivered, INTENTS_PATH, runPath, SUBMITTED, startPath } from '../support/vendor.ts';

const MOST = 10_000;

let stack: TestStack;
beforeAll(async () => {
  stack = await beginStack({
    BATCH_SIZE: '10',
    BATCH_WINDOW_SECONDS: '0',
    MAX_JOBS_PER_CALL: '500',
  });
});
afterAll(() => stack.stop());

const callsFor = (project: string) =>
  stack.upstream.calls.filter(({ project_id }) => project_id === project);

/** Every job once, each delivered. */
const expectAll = async (intentId: string, ids: readonly string[]) => {
  await stack.idle();
  const results = stack.resultsOf(intentId);
  expect(results.map(({ job_id }) => job_id).toSorted()).toEqual(ids.toSorted());
  expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['delivered']));
};

describe('10,000 jobs in one request are one intent, each with its result', () => {
  const ids = Array.from({ length: MOST }, (_, i) =>
    String(9_223_372_036_854_775_807n - BigInt(i)),
  );

  test('DLI jobs', async () => {
    const answer = await stack.post(runPath('large'), `{"job_ids":[${ids}]}`);
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toEqual(delivered(SUBMITTED, MOST));
    await expectAll(answer.intentId, ids);
    expect(callsFor('large')).toHaveLength(MOST / 500);
  });

  test('DRS tasks with start times, which no single message holds', async () => {
    const tasks = ids.map((id, i) => ({ job_id: `${id}-jb${i}`, start_time: `15992027${i}` }));
    const answer = await stack.post(startPath('large'), JSON.stringify({ jobs: tasks }));
    expect(answer.status).toBe(202);
    expect(JSON.parse(answer.text)).toMatchObject({ count: MOST });
    const names = tasks.map(({ job_id }) => job_id);
    await expectAll(answer.intentId, names);
    const sent = callsFor('large').flatMap(({ job_options }) => Object.entries(job_options));
    expect(sent.toSorted()).toEqual(
      tasks.map(({ job_id, start_time }) => [job_id, { start_time }]).toSorted(),
    );
  });
});

describe('a job that is listed twice is called once and has one result', () => {
  test('with an answer for each time it is listed, on the vendor’s route', async () => {
    const answer = await stack.post(runPath('twice'), '{"job_ids":[7,8,7,"7",8]}');
    expect(JSON.parse(answer.text)).toEqual(delivered(SUBMITTED, 5));
    await expectAll(answer.intentId, ['7', '8']);
    expect(callsFor('twice')).toMatchObject([{ job_ids: ['7', '8'] }]);
  });

  test('counted once in the receipt of the native one', async () => {
    const body = '{"operation":"dli.run","project_id":"again","jobs":[7,"7",{"job_id":7},8]}';
    const answer = await stack.post(INTENTS_PATH, body);
    expect(JSON.parse(answer.text)).toMatchObject({ job_count: 2 });
    await expectAll(answer.intentId, ['7', '8']);
  });
});

describe('unknown fields', () => {
  test('are all named on the vendor’s routes, in one text', async () => {
    const body = '{"job_ids":[9],"force":true,"constructor":{"prototype":{"polluted":1}}}';
    const { status, text } = await stack.post(runPath('unknown'), body);
    expect([status, JSON.parse(text)]).toEqual([
      400,
      {
        error_code: 'DLI.0001',
        error_msg: '#/force: is not a known field; #/constructor: is not a known field',
      },
    ]);
    expect(callsFor('unknown')).toEqual([]);
  });

  test('are absent where they are null, as some clients write what was not set', async () => {
    const body = '{"job_ids":[9],"resume_savepoint":null,"force":null}';
    const { status, intentId } = await stack.post(runPath('unset'), body);
    expect(status).toBe(200);
    await expectAll(intentId, ['9']);
    expect(callsFor('unset')).toMatchObject([{ options: {} }]);
  });

  test('are all named on the native one', async () => {
    const body =
      '{"operation":"dli.run","project_id":"p","jobs":[{"job_id":1,"when":2}],"force":true,"constructor":1,"options":{"resume":1}}';
    const { errors } = JSON.parse((await stack.post(INTENTS_PATH, body)).text);
    expect(errors.map(({ pointer }: { pointer: string }) => pointer).toSorted()).toEqual([
      '#/constructor',
      '#/force',
      '#/jobs/0/when',
      '#/options/resume',
    ]);
  });
});
