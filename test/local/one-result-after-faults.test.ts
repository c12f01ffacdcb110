import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Behaviour } from '../../local/upstream/simulator.ts';
import { beginStack, type TestStack, until } from '../support/stack.ts';
import { runPath, startPath, stopPath } from '../support/vendor.ts';

const RETRY_AFTER_SECONDS = 5;

let stack: TestStack;

const paths = { 'dli.run': runPath, 'dli.stop': stopPath, 'drs.start': startPath };
type Operation = keyof typeof paths;

const bodies: Record<Operation, string> = {
  'dli.run': '{"job_ids":[1,2,3]}',
  'dli.stop': '{"job_ids":[1,2,3]}',
  'drs.start': '{"jobs":[{"job_id":"1"},{"job_id":"2"},{"job_id":"3"}]}',
};

const projectOf = (trouble: string, operation: Operation) =>
  `${trouble}-${operation}`.replaceAll('.', '-');

const callsFor = (project: string) =>
  stack.upstream.calls.filter(({ project_id }) => project_id === project);

/**
 * What an upstream may do to one call; whether its effect takes place all the same. A refused credential is not among
 * it: that rests for a minute, and has tests of its own.
 *
 * Troubles are per operation: a call that is sent again while another project's trouble is on meets that too. So those
 * without effect come last, when only they are left to be met: then it is sent once more, and nothing else changes.
 */
const UNHEARD: readonly (readonly [
  trouble: string,
  operations: readonly Operation[],
  takesEffect: boolean,
])[] = [
  ['html', ['dli.run', 'dli.stop', 'drs.start'], true],
  ['empty', ['dli.run', 'dli.stop', 'drs.start'], true],
  ['short', ['dli.run', 'dli.stop'], true],
  ['long', ['dli.run', 'dli.stop'], true],
  ['error500AfterEffect', ['dli.run'], true],
  ['reset', ['dli.run'], true],
  ['hangAfterEffect', ['drs.start'], true],
  ['error500', ['dli.run', 'dli.stop', 'drs.start'], false],
  ['serverErrorAs400', ['dli.run', 'drs.start'], false],
  ['throttle', ['dli.run', 'drs.start'], false],
  ['throttleAs400', ['dli.stop', 'drs.start'], false],
  ['hangBeforeEffect', ['dli.run'], false],
];
const SHAPES = ['html', 'empty', 'short', 'long'];

const unheard = UNHEARD.flatMap(([trouble, operations, takesEffect]) =>
  operations.map((operation) => ({ trouble, operation, takesEffect })),
);

const troubleWith = (trouble: string, operation: Operation): Behaviour => ({
  [operation]: SHAPES.includes(trouble)
    ? { shape: trouble }
    : { faults: { [trouble]: 1 }, retryAfterSeconds: RETRY_AFTER_SECONDS },
});

const intents = new Map<string, string>();

const post = async (project: string, operation: Operation): Promise<string> => {
  const { intentId } = await stack.post(paths[operation](project), bodies[operation]);
  intents.set(project, intentId);
  await until(() => expect(callsFor(project).length).toBeGreaterThan(0));
  return intentId;
};

const meet = async ({ trouble, operation }: (typeof unheard)[number]): Promise<void> => {
  stack.upstream.behave(troubleWith(trouble, operation));
  await post(projectOf(trouble, operation), operation);
  stack.upstream.reset();
};

/** A stop that goes unanswered, with its effect or without, and a run right after it. */
const RESTARTS = ['html', 'error500'] as const;
const restarts: string[][] = [];

const restart = async (trouble: (typeof RESTARTS)[number]): Promise<void> => {
  const project = `restart-${trouble}`;
  stack.upstream.behave(troubleWith(trouble, 'dli.stop'));
  const stop = await post(project, 'dli.stop');
  stack.upstream.reset();
  restarts.push([stop, (await stack.post(runPath(project), bodies['dli.run'])).intentId]);
};

beforeAll(async () => {
  stack = await beginStack({
    BATCH_SIZE: '10',
    BATCH_WINDOW_SECONDS: '0',
    MAX_CONCURRENCY: '4',
    CALLS_PER_KEY: '1',
    // Longer than the machine may stand still, or a call that was answered would count as unheard.
    CALL_TIMEOUT_SECONDS: '4',
    FUNCTION_TIMEOUT_SECONDS: '19',
    SETTLE_SECONDS: '1',
    RESTART_DELAY_SECONDS: '1',
  });
  for (const one of unheard) if (one.takesEffect) await meet(one);
  await restart('html');
  for (const one of unheard) if (!one.takesEffect) await meet(one);
  await restart('error500');
});
afterAll(() => stack.stop());

describe('a reply that says nothing of a job leaves it unanswered', () => {
  test.each(unheard)('$trouble, $operation', ({ trouble, operation }) => {
    const [first] = callsFor(projectOf(trouble, operation));
    expect(first?.job_ids).toEqual(['1', '2', '3']);
    if (!SHAPES.includes(trouble)) expect(first?.fault).toBe(trouble);
  });
});

describe('and once the fault is gone, each job has its one result', () => {
  // What met silence is looked at, and sent again when no late effect can come any more; a run follows its stop.
  beforeAll(() => stack.idle());

  test.each(unheard)('$trouble, $operation', ({ trouble, operation, takesEffect }) => {
    const project = projectOf(trouble, operation);
    const results = stack.resultsOf(intents.get(project) ?? '');
    expect(results.map(({ job_id }) => job_id).toSorted()).toEqual(['1', '2', '3']);
    const [first, ...further] = callsFor(project);
    for (const { outcome, evidence, settled_at } of results) {
      // What took effect is seen by a look, and never sent again; what did not is.
      expect([outcome, evidence === 'observed']).toEqual(['delivered', takesEffect]);
      expect(Date.parse(String(settled_at))).toBeGreaterThanOrEqual(first?.at ?? Number.NaN);
    }
    expect(further.length > 0).toBe(!takesEffect);
  });

  test.each(unheard)('and was carried out once: $trouble, $operation', ({ trouble, operation }) => {
    const service = operation === 'drs.start' ? 'drs' : 'dli';
    for (const id of ['1', '2', '3']) {
      const effects = stack.upstream.effectsOf(service, projectOf(trouble, operation), id);
      expect(effects).toHaveLength(1);
    }
  });

  test('not sooner than the upstream asked for', () => {
    for (const operation of ['dli.run', 'drs.start'] as const) {
      const [first, second] = callsFor(projectOf('throttle', operation));
      const waited = (second?.at ?? 0) - (first?.at ?? 0);
      expect(waited).toBeGreaterThanOrEqual(RETRY_AFTER_SECONDS * 1_000);
    }
  });

  test('and no run overtakes the stop before it', () => {
    for (const trouble of RESTARTS) {
      const effects = stack.upstream.effectsOf('dli', `restart-${trouble}`, '1');
      expect(effects).toMatchObject([{ effect: 'stop' }, { effect: 'run' }]);
    }
    const outcomes = restarts.flat().flatMap(stack.resultsOf);
    expect(outcomes).toHaveLength(RESTARTS.length * 2 * 3);
    for (const { outcome } of outcomes) expect(outcome).toBe('delivered');
  });

  test('and nothing is left', async () => {
    expect(await stack.depths()).toEqual({ intents: 0, deadLetters: 0, failedEvents: 0 });
  });
});
