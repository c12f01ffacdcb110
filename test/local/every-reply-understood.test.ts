import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Behaviour } from '../../local/upstream/simulator.ts';
import { beginStack, type TestStack } from '../support/stack.ts';
import { runPath, startPath, stopPath } from '../support/vendor.ts';

let stack: TestStack;
beforeAll(async () => {
  // What an unclear reply leaves open is looked at, and sent again when no late effect can come any more.
  stack = await beginStack({
    BATCH_SIZE: '10',
    BATCH_WINDOW_SECONDS: '0',
    CALL_TIMEOUT_SECONDS: '4',
    FUNCTION_TIMEOUT_SECONDS: '19',
    SETTLE_SECONDS: '1',
  });
});
afterAll(() => stack.stop());
afterEach(() => stack.upstream.reset());

const GOOD = ['1', '2', '3'];
const BAD = '666';

const paths = { 'dli.run': runPath, 'dli.stop': stopPath, 'drs.start': startPath };
type Operation = keyof typeof paths;

const bodyOf = (operation: Operation, ids: readonly string[]): string =>
  operation === 'drs.start'
    ? JSON.stringify({ jobs: ids.map((job_id) => ({ job_id })) })
    : `{"job_ids":[${ids}]}`;

let projects = 0;

/** Posts to a project of its own, waits for the results and returns the outcome of each job. */
const outcomes = async (operation: Operation, behaviour: Behaviour, ids: readonly string[]) => {
  const project = `reply-${++projects}`;
  stack.upstream.behave(behaviour);
  const { intentId } = await stack.post(paths[operation](project), bodyOf(operation, ids));
  await stack.idle();
  return {
    calls: stack.upstream.calls.filter(({ project_id }) => project_id === project).length,
    outcomes: Object.fromEntries(
      stack.resultsOf(intentId).map(({ job_id, outcome }) => [job_id, outcome]),
    ),
    evidence: [...new Set(stack.resultsOf(intentId).map(({ evidence }) => evidence))],
  };
};

const allDelivered = Object.fromEntries(GOOD.map((id) => [id, 'delivered']));

const DLI_SHAPES = [
  ['per-job', 'positional'],
  ['boolean', 'positional'],
  ['error-array', 'positional'],
  ['one-element', 'aggregate'],
  ['bare-object', 'aggregate'],
] as const;
const DRS_SHAPES = ['jobs', 'results', 'both', 'status-200', 'shuffled', 'code-alone'] as const;

describe('every shape of reply that says what became of the jobs is understood, at the first call', () => {
  test.each(DLI_SHAPES)('DLI: %s, which is %s', async (shape, evidence) => {
    for (const operation of ['dli.run', 'dli.stop'] as const) {
      const told = await outcomes(operation, { [operation]: { shape } }, GOOD);
      expect(told).toEqual({ calls: 1, outcomes: allDelivered, evidence: [evidence] });
    }
  });

  test.each(DRS_SHAPES)('DRS: %s, which is keyed', async (shape) => {
    const told = await outcomes('drs.start', { 'drs.start': { shape } }, GOOD);
    expect(told).toEqual({ calls: 1, outcomes: allDelivered, evidence: ['keyed'] });
  });
});

describe('a failure that a reply lays to one job is that job’s alone', () => {
  const badIds = [BAD];
  const mixed = { ...allDelivered, [BAD]: 'rejected' };
  const asked = ['1', '2', BAD, '3'];

  test.each(['per-job', 'boolean', 'error-array'] as const)('DLI: %s', async (shape) => {
    for (const operation of ['dli.run', 'dli.stop'] as const) {
      const told = await outcomes(operation, { [operation]: { shape, badIds } }, asked);
      expect(told).toMatchObject({ calls: 1, outcomes: mixed });
    }
  });

  test.each(DRS_SHAPES)('DRS: %s', async (shape) => {
    const told = await outcomes('drs.start', { 'drs.start': { shape, badIds } }, asked);
    expect(told).toMatchObject({ calls: 1, outcomes: mixed });
  });

  test.each(['one-element', 'bare-object'] as const)(
    'even where the reply does not say whose it is, DLI: %s',
    async (shape) => {
      const operations = ['dli.run', 'dli.stop'] as const;
      const told = await Promise.all(
        operations.map((operation) =>
          outcomes(operation, { [operation]: { shape, badIds } }, asked),
        ),
      );
      for (const one of told) expect(one).toMatchObject({ outcomes: mixed });
    },
  );
});
