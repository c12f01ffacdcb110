import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OPERATIONS, operations } from '../../shared/operations/index.ts';
import type { OperationName } from '../../shared/operations/operation.ts';
import { contractOf, jobWith, plainJob } from '../support/fixtures.ts';
import { beginStack, type TestStack } from '../support/stack.ts';
import { until } from '../support/until.ts';
import { INTENTS_PATH } from '../support/vendor.ts';

let stack: TestStack;
beforeAll(async () => {
  stack = await beginStack({
    BATCH_SIZE: '10',
    BATCH_WINDOW_SECONDS: '0',
    SETTLE_SECONDS: '1',
    RESTART_DELAY_SECONDS: '1',
  });
});
afterAll(() => stack.stop());

const idsFor = (name: OperationName): readonly string[] =>
  OPERATIONS[name].service === 'dli' ? ['9223372036854775807', '131'] : ['task-a', 'task-b'];

/** The results of an intent, once each of so many jobs has one. */
const resultsOf = (intentId: string, count: number) =>
  until(async () => {
    const results = stack.resultsOf(intentId);
    if (results.length < count) throw new Error(`${results.length} results`);
    return results.map(({ job_id, operation, outcome, error }) => ({
      job_id: String(job_id),
      operation,
      outcome,
      error,
    }));
  });

const callsOf = (project: string) =>
  stack.upstream.calls.filter(({ project_id }) => project_id === project);

const delivered = (operation: OperationName) =>
  idsFor(operation).map((job_id) => ({ job_id, operation, outcome: 'delivered' }));

const byId = (a: { readonly job_id: string }, b: { readonly job_id: string }): number =>
  a.job_id < b.job_id ? -1 : 1;

describe.each(operations)(
  '$name goes through the whole stack',
  ({ name, service, path, method }) => {
    test('by the vendor’s route, in the vendor’s words', async () => {
      const project = `drop-in-${name.replace('.', '-')}`;
      const ids = idsFor(name);
      const tasks = ids.map((id) => plainJob(name, id));
      const body =
        service === 'dli'
          ? `{"job_ids":[${ids.join()}]}`
          : JSON.stringify({
              jobs: tasks.map((job) => (typeof job === 'string' ? { job_id: job } : job)),
            });
      const route = { method, path: path.replace('{project_id}', project) };
      const answer = await stack.request(route, body);
      const [example] = contractOf(name).requests[0]?.answers ?? [];
      expect(answer.status).toBe(example?.status);
      const results = await resultsOf(answer.intentId, ids.length);
      expect(results.toSorted(byId)).toMatchObject(delivered(name).toSorted(byId));
      expect(callsOf(project)).toMatchObject([
        { operation: name, job_ids: ids, status: 200 + (service === 'drs' ? 2 : 0) },
      ]);
    });

    test.each(contractOf(name).samples.options)('by the native route, with %j', async (options) => {
      for (const [i, own] of contractOf(name).samples.jobs.entries()) {
        const project = `native-${name.replace('.', '-')}-${JSON.stringify(options).length}-${i}`;
        const ids = idsFor(name);
        const jobs = ids.map((id) => jobWith(id, own));
        const wish = { operation: name, project_id: project, jobs, options };
        const answer = await stack.post(INTENTS_PATH, JSON.stringify(wish));
        expect(answer.status).toBe(202);
        const results = await resultsOf(answer.intentId, ids.length);
        const [call, ...others] = callsOf(project);
        expect(call).toMatchObject({ operation: name, job_ids: ids, options });
        expect(others).toEqual([]);
        const given =
          Object.keys(own).length === 0 ? {} : Object.fromEntries(ids.map((id) => [id, own]));
        expect(call?.job_options).toEqual(given);
        // What a job's state does not allow is refused in so many words.
        for (const { outcome } of results) expect(['delivered', 'rejected']).toContain(outcome);
      }
    });
  },
);

describe('a job that is gone', () => {
  test.each([
    ['dli.delete', 'dli.run', '131', {}],
    ['drs.delete', 'drs.start', 'task-a', { delete_type: 'delete' }],
  ] as const)(
    'was deleted by %s, counts as deleted again, and %s finds it no more',
    async (deleting, starting, id, own) => {
      const send = async (operation: OperationName, options: object) => {
        const job = Object.keys(options).length === 0 ? id : { job_id: id, ...options };
        const wish = { operation, project_id: `gone-${deleting.slice(0, 3)}`, jobs: [job] };
        const { intentId } = await stack.post(INTENTS_PATH, JSON.stringify(wish));
        return resultsOf(intentId, 1);
      };
      expect(await send(deleting, own)).toMatchObject([{ outcome: 'delivered' }]);
      expect(await send(deleting, own)).toMatchObject([{ outcome: 'delivered' }]);
      expect(await send(starting, {})).toMatchObject([{ outcome: 'rejected' }]);
    },
  );
});

describe('a stop and then a start of a replication task', () => {
  test('are both carried out, in that order', async () => {
    const wish = { project_id: 'restart', jobs: ['task-a'] };
    const stop = { ...wish, operation: 'drs.stop', jobs: [plainJob('drs.stop', 'task-a')] };
    const { intentId: stopped } = await stack.post(INTENTS_PATH, JSON.stringify(stop));
    const start = { ...wish, operation: 'drs.start', after: stopped };
    const { intentId: started } = await stack.post(INTENTS_PATH, JSON.stringify(start));
    expect(await resultsOf(stopped, 1)).toMatchObject([{ outcome: 'delivered' }]);
    expect(await resultsOf(started, 1)).toMatchObject([{ outcome: 'delivered' }]);
    const effects = stack.upstream.effectsOf('drs', 'restart', 'task-a');
    expect(effects).toMatchObject([{ effect: 'stop' }, { effect: 'start' }]);
  });
});
