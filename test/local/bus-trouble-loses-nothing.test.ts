import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { beginStack, depthOf, type TestStack, until } from '../support/stack.ts';
import { runPath } from '../support/vendor.ts';

let stack: TestStack;
beforeAll(async () => {
  stack = await beginStack({
    BATCH_SIZE: '10',
    BATCH_WINDOW_SECONDS: '0',
    MAX_CONCURRENCY: '4',
    CALLS_PER_KEY: '1',
  });
});
afterAll(() => stack.stop());
afterEach(() => stack.bus.behave({ down: false, failNext: 0, failEntries: 0 }));

const IDS = Array.from({ length: 25 }, (_, i) => String(i + 1));

const post = async (project: string): Promise<string> =>
  (await stack.post(runPath(project), `{"job_ids":[${IDS}]}`)).intentId;

const callsFor = (project: string) =>
  stack.upstream.calls.filter(({ project_id }) => project_id === project);

/** An event may come twice, but then it says the same. */
const expectVerdicts = (intentId: string): void => {
  const told = stack.resultsOf(intentId).map(({ job_id, outcome }) => `${job_id} ${outcome}`);
  expect([...new Set(told)].toSorted()).toEqual(IDS.map((id) => `${id} delivered`).toSorted());
};

// That those alone are sent again is a promise of the edge's: here a request that is answered late is sent again as well.
describe('results that the bus refuses are published again, without another call', () => {
  // Three requests of ten, ten and five entries; each entry is tried four times at most.
  test.each([1, 7, 25, 60])('the next %i entries fail', async (failNext) => {
    const project = `refused-${failNext}`;
    stack.bus.behave({ failNext });
    const intentId = await post(project);
    await stack.idle();
    expectVerdicts(intentId);
    expect(stack.resultsOf(intentId)).toHaveLength(IDS.length);
    expect(callsFor(project)).toHaveLength(1);
  });
});

describe('while the bus is down, nothing is lost', () => {
  test('messages stay on the queue, and their results come when it is up again', async () => {
    const projects = ['down-1', 'down-2', 'down-3'];
    stack.bus.behave({ down: true });
    const intentIds = await Promise.all(projects.map(post));
    await until(() => {
      for (const project of projects) expect(callsFor(project)[0]?.status).toBe(200);
    });
    expect(await depthOf(stack.sqs, stack.queues.intents)).toBe(3);
    for (const intentId of intentIds) expect(stack.resultsOf(intentId)).toEqual([]);

    stack.bus.behave({ down: false });
    await stack.idle();
    for (const intentId of intentIds) expectVerdicts(intentId);
    expect(await stack.depths()).toMatchObject({ deadLetters: 0 });
    for (const project of projects) expect(callsFor(project)).toHaveLength(1);
  });

  test('and where the bus went down half-way, what it has is never contradicted', async () => {
    // One entry is taken; the 24 others fail each of the four times that one invocation tries them.
    const unsubscribe = stack.bus.onEvent(() => {
      unsubscribe();
      stack.bus.behave({ failNext: 24 * 4 });
    });
    const intentId = await post('half');
    await stack.idle();
    expectVerdicts(intentId);
    expect(callsFor('half')).toHaveLength(1);
  });
});
