import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeAccept } from '../../shared/accept/accept.ts';
import { makeAcceptPayload } from '../../shared/accept/payload.ts';
import { keyOf, newIntentId } from '../../shared/edge/intent-id.ts';
import { invokeOn } from '../support/invoke.ts';
import { beginStack, type TestStack, until } from '../support/stack.ts';
import { INTENTS_PATH } from '../support/vendor.ts';

let stack: TestStack;
beforeAll(async () => {
  stack = await beginStack({
    BATCH_SIZE: '10',
    BATCH_WINDOW_SECONDS: '0',
    RESTART_DELAY_SECONDS: '1',
    SETTLE_SECONDS: '1',
    ACCEPT_REPLAYS: 'true',
  });
});
afterAll(() => stack.stop());

const HOUR = 3_600_000;

/** An event as a rule hands it over: its time in whole seconds. */
const eventOf = (id: string, detail: object, at = Date.now(), more: object = {}) => ({
  version: '0',
  id,
  'detail-type': 'Job Control Intent',
  source: 'com.example.deploy',
  account: '111122223333',
  time: `${new Date(at).toISOString().slice(0, 19)}Z`,
  region: 'eu-central-1',
  resources: [],
  detail,
  ...more,
});

const hand = async (event: object): Promise<string> => {
  const { error, payload } = await invokeOn(stack.url, 'accept-event')(JSON.stringify(event));
  if (error !== undefined) throw new Error(JSON.stringify(payload));
  return payload.intent_id;
};

const wish = (
  operation: string,
  project_id: string,
  jobs: readonly unknown[],
  options: Readonly<Record<string, boolean>> = {},
) => ({ operation, project_id, jobs, options });

const resultsIn = (project: string) =>
  stack.results().filter(({ project_id }) => project_id === project);
const effectsOn = (project: string, job: string) =>
  stack.upstream.effectsOf('dli', project, job).map(({ effect }) => effect);

// Each has a project of its own, and waits for its own results: side by side they take no longer than one.
describe.concurrent('a stop and a run of one second', () => {
  test.each([0, 150])(
    '%i ms apart: every job of twenty is stopped, and then runs',
    async (apart) => {
      const project = `same-second-${apart}`;
      const jobs = Array.from({ length: 20 }, (_, i) => String(1_000 + i));
      await Promise.all(
        jobs.map(async (job) => {
          const stop = wish('dli.stop', project, [job], { trigger_savepoint: true });
          // Ids that would be in this order or in the other, if a hash of them decided.
          await hand(eventOf(`${job}-stop`, stop));
          await new Promise((resolve) => setTimeout(resolve, apart));
          await hand(
            eventOf(`${job}-run`, wish('dli.run', project, [job], { resume_savepoint: true })),
          );
        }),
      );
      await until(() => expect(resultsIn(project)).toHaveLength(40));
      for (const job of jobs) expect(effectsOn(project, job).at(-1)).not.toBe('stop');
      const runs = resultsIn(project).filter(({ operation }) => operation === 'dli.run');
      expect(new Set(runs.map(({ outcome }) => outcome))).toEqual(new Set(['delivered']));
    },
  );
});

test.concurrent('a stop event that comes after an HTTP run of the same second wins', async () => {
  const project = 'http-then-event';
  const run = JSON.stringify(wish('dli.run', project, ['1001']));
  expect((await stack.post(INTENTS_PATH, run)).status).toBe(202);
  const second = Math.floor(Date.now() / 1_000) * 1_000;
  await hand(
    eventOf('late', wish('dli.stop', project, ['1001'], { trigger_savepoint: true }), second),
  );
  await until(() => expect(resultsIn(project)).toHaveLength(2));
  expect(effectsOn(project, '1001').at(-1)).toBe('stop');
  expect(resultsIn(project).find(({ operation }) => operation === 'dli.stop')?.outcome).toBe(
    'delivered',
  );
});

describe.concurrent('an old event is as old as it was', () => {
  test.each([7, 20, 30])(
    '%i hours late, and good for six: expired, with the reason',
    async (hours) => {
      const project = `late-${hours}`;
      const stop = wish('dli.stop', project, ['1'], { trigger_savepoint: true });
      await hand(eventOf(`late ${hours}`, stop, Date.now() - hours * HOUR));
      await until(() => expect(resultsIn(project)).toHaveLength(1));
      expect(resultsIn(project)[0]).toMatchObject({
        outcome: 'expired',
        error: { code: 'too-old' },
      });
      expect(effectsOn(project, '1')).toEqual([]);
    },
  );

  test('replayed twice, where that is allowed: one intent, and one result that says the same', async () => {
    const project = 'replayed';
    const run = JSON.stringify(wish('dli.run', project, ['140']));
    await stack.post(INTENTS_PATH, run);
    await until(() => expect(resultsIn(project)).toHaveLength(1));
    const stop = wish('dli.stop', project, ['140'], { trigger_savepoint: false });
    const replay = { 'replay-name': 'rebuild-billing' };
    const event = eventOf(
      '33333333-3333-4333-8333-333333333333',
      stop,
      Date.now() - 48 * HOUR,
      replay,
    );
    await hand(event);
    await hand(event);
    await stack.idle();
    const [, ...stopped] = resultsIn(project);
    expect(stopped).toMatchObject([
      { operation: 'dli.stop', outcome: 'expired', error: { code: 'too-old' } },
    ]);
    expect(effectsOn(project, '140')).not.toContain('stop');
  });

  test('replayed where it is not: refused by the name of the setting', async () => {
    const plain = await beginStack({ BATCH_SIZE: '1', BATCH_WINDOW_SECONDS: '0' });
    try {
      const event = eventOf('r', wish('dli.stop', 'p', ['1']), Date.now(), {
        'replay-name': 'again',
      });
      const answer = await invokeOn(plain.url, 'accept-event')(JSON.stringify(event));
      expect(answer.payload).toMatchObject({ errorType: 'InvalidIntentError' });
      expect(answer.payload.errorMessage).toContain('ACCEPT_REPLAYS');
    } finally {
      await plain.stop();
    }
  });
});

describe.concurrent('an event is one intent', () => {
  test('however it is cut: four hundred jobs, each delivered once', async () => {
    const project = 're-cut';
    const jobs = Array.from({ length: 400 }, (_, i) => ({
      job_id: `${'task'.padEnd(60, '-')}${1_000 + i}`,
      start_time: '1599202771816',
    }));
    const event = eventOf('re-cut', wish('drs.start', project, jobs));
    await hand(event);
    await until(() => expect(resultsIn(project)).toHaveLength(400));
    // The same event, by a way in whose MAX_MESSAGE_BYTES is the least there may be.
    let messages = 0;
    const accept = makeAccept({
      enqueue: async (bodies) => {
        for (const { body: MessageBody } of bodies)
          await stack.sqs.send(
            new SendMessageCommand({ QueueUrl: stack.queues.intents, MessageBody }),
          );
        messages = bodies.length;
        return bodies.map(() => true);
      },
      now: () => new Date(),
      newIntentId,
      maxMessageBytes: 32 * 1_024,
      deadlineMs: 6 * HOUR,
    });
    const now = () => new Date();
    await makeAcceptPayload(accept, { now, keyOf, takesReplays: false })(event);
    expect(messages).toBeGreaterThan(1);
    await stack.idle();
    const results = resultsIn(project);
    expect(results).toHaveLength(400);
    expect(new Set(results.map(({ intent_id }) => intent_id)).size).toBe(1);
    expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['delivered']));
    const calls = stack.upstream.calls.filter(({ project_id }) => project_id === project);
    expect(calls).toHaveLength(4);
  });

  test('but another detail under the same id is another: no job of it vanishes', async () => {
    const project = 'reused';
    const at = Date.now();
    await hand(eventOf('reused', wish('dli.run', project, ['1', '8', '9']), at));
    await hand(eventOf('reused', wish('dli.stop', project, ['1']), at));
    await until(() => expect(resultsIn(project)).toHaveLength(4));
    const said = resultsIn(project).map(({ operation, job_id }) => `${operation} ${job_id}`);
    expect(said.toSorted()).toEqual(['dli.run 1', 'dli.run 8', 'dli.run 9', 'dli.stop 1']);
    for (const job of ['8', '9']) expect(effectsOn(project, job)).toHaveLength(1);
    expect(effectsOn(project, '1').at(-1)).toBe('stop');
  });
});
