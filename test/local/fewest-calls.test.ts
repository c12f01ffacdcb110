import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AWS, beginStack, type TestStack, until } from '../support/stack.ts';
import { INTENTS_PATH, runPath, startPath, stopPath } from '../support/vendor.ts';

const MAX_JOBS = 7;

/** One caller's request, and the group that it belongs to upstream. */
interface Ask {
  readonly group: string;
  readonly ids: readonly string[];
  readonly post: (ids: readonly string[]) => Promise<string>;
}

let stack: TestStack;
let eventBridge: EventBridgeClient;

const vendor = (path: string, flags: string) => async (ids: readonly string[]) =>
  (await stack.post(path, `{"job_ids":[${ids.join(',')}]${flags}}`)).intentId;

const tasks = async (ids: readonly string[]) => {
  const body = JSON.stringify({ jobs: ids.map((job_id) => ({ job_id })) });
  return (await stack.post(startPath('fan'), body)).intentId;
};

const native = async (jobs: readonly string[]) => {
  const options = { resume_savepoint: true };
  const intent = { operation: 'dli.run', project_id: 'fan', jobs, options };
  return (await stack.post(INTENTS_PATH, JSON.stringify(intent))).intentId;
};

/** An event has no answer: its sender finds the results by the correlation id. */
const event = async (jobs: readonly string[]) => {
  const correlation_id = `event-${jobs.join()}`;
  const intent = { operation: 'dli.stop', project_id: 'fan', jobs, correlation_id };
  const entry = {
    Source: 'test',
    DetailType: 'Job Control Intent',
    Detail: JSON.stringify(intent),
  };
  await eventBridge.send(new PutEventsCommand({ Entries: [entry] }));
  return correlation_id;
};

/** Eight callers a group, each with five ids that the next two ask for as well. */
const callers = (group: string, first: number, post: Ask['post']): readonly Ask[] =>
  Array.from({ length: 8 }, (_, caller) => ({
    group,
    ids: Array.from({ length: 5 }, (_, i) => String(first + caller * 2 + i)),
    post,
  }));

const asks: readonly Ask[] = [
  ...callers('run', 1_000, vendor(runPath('fan'), '')),
  ...callers('run, true', 2_000, vendor(runPath('fan'), ',"resume_savepoint":true')),
  ...callers('run, true', 2_010, native),
  ...callers('run, false', 3_000, vendor(runPath('fan'), ',"resume_savepoint":false')),
  ...callers('run elsewhere', 1_000, vendor(runPath('other'), '')),
  ...callers('stop', 4_000, event),
  ...callers('stop', 4_005, vendor(stopPath('fan'), '')),
  ...callers('start', 1_000, tasks),
];

const groups = [...new Set(asks.map(({ group }) => group))];
const distinctIn = (group: string): Set<string> =>
  new Set(asks.filter((ask) => ask.group === group).flatMap(({ ids }) => ids));

beforeAll(async () => {
  // A batch is handed over when it is full: the window is only there to be long enough.
  const BATCH_SIZE = String(asks.length);
  stack = await beginStack({
    BATCH_SIZE,
    BATCH_WINDOW_SECONDS: '60',
    MAX_JOBS_PER_CALL: String(MAX_JOBS),
  });
  eventBridge = new EventBridgeClient({ ...AWS, endpoint: stack.wires.bus });
});
afterAll(async () => {
  eventBridge.destroy();
  await stack.stop();
});

describe('requests of many callers within one window', () => {
  let intents: readonly string[];
  beforeAll(async () => {
    intents = await Promise.all(asks.map(({ ids, post }) => post(ids)));
    const expected = asks.reduce((sum, { ids }) => sum + ids.length, 0);
    await until(() => expect(stack.results().length).toBeGreaterThanOrEqual(expected));
    await stack.idle();
  });

  test('cost the fewest calls: Σ ceil(distinct jobs of a group / jobs per call)', () => {
    const fewest = groups.map((group) => Math.ceil(distinctIn(group).size / MAX_JOBS));
    expect(stack.upstream.calls).toHaveLength(fewest.reduce((sum, calls) => sum + calls));
  });

  test('ask for each job of a group once, with the flags that its callers set', () => {
    const seen = stack.upstream.calls.flatMap(({ operation, project_id, options, job_ids }) => {
      expect(job_ids.length).toBeLessThanOrEqual(MAX_JOBS);
      const group = JSON.stringify([operation, project_id, options]);
      return job_ids.map((id) => `${group} ${id}`);
    });
    const wanted = Object.entries({
      run: '["dli.run","fan",{}]',
      'run, true': '["dli.run","fan",{"resume_savepoint":true}]',
      'run, false': '["dli.run","fan",{"resume_savepoint":false}]',
      'run elsewhere': '["dli.run","other",{}]',
      stop: '["dli.stop","fan",{}]',
      start: '["drs.start","fan",{}]',
    }).flatMap(([group, call]) => [...distinctIn(group)].map((id) => `${call} ${id}`));
    expect(seen.toSorted()).toEqual(wanted.toSorted());
  });

  test('give each caller one result for each of his jobs, and no others', () => {
    asks.forEach(({ ids }, i) => {
      const mine = stack
        .results()
        .filter(({ intent_id, correlation_id }) =>
          [intent_id, correlation_id].includes(intents[i] ?? ''),
        );
      expect(mine.map(({ job_id }) => job_id).toSorted()).toEqual(ids.toSorted());
      expect(mine.every(({ outcome }) => outcome === 'delivered')).toBe(true);
    });
  });

  test('leave nothing behind', async () => {
    expect(await stack.depths()).toEqual({ intents: 0, deadLetters: 0, failedEvents: 0 });
  });
});
