import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_TOKEN } from '../../local/settings.ts';
import { beginStack, JSON_TYPE, send, type TestStack } from '../support/stack.ts';
import {
  delivered,
  INTENTS_PATH,
  RUN_EXAMPLE,
  runPath,
  START_EXAMPLE,
  STOP_EXAMPLE,
  STOPPED,
  SUBMITTED,
  SUBMITTED_ZH,
  startPath,
  stopPath,
} from '../support/vendor.ts';

const TASKS = ['9a470239-2308-4bb5-a6bc-1040402fjb21', 'dbb8127c-b093-4b94-b764-7161e151jb2s'];
const UUID_7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** What a vendor's own client sends beside the body. */
const CLIENT = {
  ...JSON_TYPE,
  'x-project-id': '054ba152d480d55b2f5dc0069e7ddef0',
  'x-sdk-date': '20260131T120000Z',
  'x-auth-token': DEFAULT_TOKEN,
};

const inLanguage = (language: string) => ({ 'x-language': language });

let stack: TestStack;
beforeAll(async () => {
  stack = await beginStack({ BATCH_SIZE: '10', BATCH_WINDOW_SECONDS: '0' });
});
afterAll(() => stack.stop());

const rows = TASKS.map((id) => ({ id, status: 'success' }));

describe("the vendor pages' examples get the vendor pages' answers", () => {
  test.each([
    ['run', runPath('answer-1'), RUN_EXAMPLE, {}, 200, delivered(SUBMITTED, 4)],
    [
      'run, in English',
      runPath('answer-2'),
      RUN_EXAMPLE,
      inLanguage('en-us'),
      200,
      delivered(SUBMITTED, 4),
    ],
    [
      'run, in Chinese',
      runPath('answer-3'),
      RUN_EXAMPLE,
      inLanguage('zh-cn'),
      200,
      delivered(SUBMITTED_ZH, 4),
    ],
    [
      'run, ZH-CN',
      runPath('answer-4'),
      RUN_EXAMPLE,
      inLanguage('ZH-CN'),
      200,
      delivered(SUBMITTED_ZH, 4),
    ],
    // The page shows one element for two ids, and says that there is one for each.
    ['stop', stopPath('answer-5'), STOP_EXAMPLE, {}, 200, delivered(STOPPED, 2)],
    // The page's table calls the list "results", its example "jobs".
    [
      'start',
      startPath('answer-6'),
      START_EXAMPLE,
      {},
      202,
      { results: rows, jobs: rows, count: 2 },
    ],
  ])('%s', async (_, path, body, headers, status, expected) => {
    const answer = await stack.post(path, body, { ...CLIENT, ...headers });
    expect(JSON.parse(answer.text)).toStrictEqual(expected);
    expect(answer).toMatchObject({ status, type: 'application/json' });
    expect(answer.intentId).toMatch(UUID_7);
  });

  test('a stop answered in Chinese has the shape of one in English', async () => {
    const { text } = await stack.post(stopPath('answer-7'), STOP_EXAMPLE, {
      ...CLIENT,
      ...inLanguage('zh-cn'),
    });
    const message = expect.stringMatching(/^作业停止/);
    expect(JSON.parse(text)).toEqual([
      { is_success: 'true', message },
      { is_success: 'true', message },
    ]);
  });
});

describe("and then every example's jobs have their results, after one call", () => {
  test.each([
    [
      'run',
      'dli.run',
      runPath,
      RUN_EXAMPLE,
      ['131', '130', '138', '137'],
      { resume_savepoint: true },
    ],
    ['stop', 'dli.stop', stopPath, STOP_EXAMPLE, ['128', '137'], { trigger_savepoint: false }],
    ['start', 'drs.start', startPath, START_EXAMPLE, TASKS, {}],
  ])('%s', async (name, operation, path, body, ids, options) => {
    const project = `example-${name}`;
    const { intentId } = await stack.post(path(project), body, CLIENT);
    await stack.idle();
    const results = stack.resultsOf(intentId);
    expect(results.map(({ job_id }) => job_id)).toEqual(ids);
    for (const result of results) {
      expect(result).toMatchObject({ outcome: 'delivered', operation, project_id: project });
    }
    const calls = stack.upstream.calls.filter(({ project_id }) => project_id === project);
    expect(calls).toMatchObject([{ operation, job_ids: ids, options, status: expect.any(Number) }]);
  });

  test('and a start time goes upstream with its own task alone', async () => {
    const [call] = stack.upstream.calls.filter(({ project_id }) => project_id === 'example-start');
    expect(call?.job_options).toEqual({ [TASKS[1] ?? '']: { start_time: '1599202771816' } });
  });
});

describe('what a caller wishes for a task goes upstream as it is (P5)', () => {
  const wished = { is_only_init_task: true, is_auto_create_compare: false };
  const [first = '', second = ''] = TASKS;
  const jobs = [{ job_id: first, ...wished }, { job_id: second }];
  const callsOf = (project: string) =>
    stack.upstream.calls.filter(({ project_id }) => project_id === project);

  test.each([
    ["the vendor's route", (project: string) => startPath(project), () => ({ jobs })],
    [
      'the native route',
      () => INTENTS_PATH,
      (project: string) => ({ operation: 'drs.start', project_id: project, jobs }),
    ],
  ])('by %s, and no transfer begins', async (name, pathOf, bodyOf) => {
    const project = `flags-${name.includes('native') ? 'native' : 'vendor'}`;
    const { status } = await stack.post(pathOf(project), JSON.stringify(bodyOf(project)), CLIENT);
    expect(status).toBe(202);
    await stack.idle();
    expect(callsOf(project)).toMatchObject([
      { operation: 'drs.start', job_ids: [first, second], job_options: { [first]: wished } },
    ]);
    expect(callsOf(project)[0]?.job_options).toEqual({ [first]: wished });
    expect(stack.upstream.effectsOf('drs', project, first)).toMatchObject([
      { effect: 'start', onlyInitialised: true },
    ]);
  });

  test.each([
    ['unknown-run', runPath, { job_ids: [128], resumeSavepoint: true }, 'resumeSavepoint'],
    ['unknown-stop', stopPath, { job_ids: [128], triggerSavepoint: true }, 'triggerSavepoint'],
    ['unknown-start', startPath, { jobs: [{ job_id: first, dry_run: true }] }, 'dry_run'],
  ] as const)(
    'or is refused by name, and nothing is queued: %s',
    async (project, path, body, field) => {
      const { status, text } = await stack.post(path(project), JSON.stringify(body), CLIENT);
      expect(status).toBe(400);
      const refusal: unknown = JSON.parse(text);
      expect(refusal).toEqual({
        error_code: project === 'unknown-start' ? 'DRS.M00202' : 'DLI.0001',
        error_msg: expect.stringMatching(new RegExp(`/${field}: is not a known field$`)),
      });
      expect((await stack.depths()).intents).toBe(0);
      await stack.idle();
      expect(callsOf(project)).toEqual([]);
    },
  );
});

describe('what happened can be looked up over HTTP', () => {
  test('the results of one intent, as the bus has them', async () => {
    const { intentId } = await stack.post(runPath('look'), '{"job_ids":[7,8]}');
    await stack.idle();
    const url = `${stack.url}/local/results?intent_id=${intentId}`;
    const { status, text } = await send(url, null, {}, 'GET');
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject([
      { source: 'job-fanin', 'detail-type': 'Job Control Result', detail: { job_id: '7' } },
      { source: 'job-fanin', 'detail-type': 'Job Control Result', detail: { job_id: '8' } },
    ]);
  });

  test('and the calls, in order', async () => {
    const { text } = await send(`${stack.url}/local/calls`, null, {}, 'GET');
    expect(JSON.parse(text)).toEqual(stack.upstream.calls);
  });
});
