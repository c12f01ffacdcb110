import { describe, expect, it } from 'vitest';
import { cutCalls } from '../../shared/intent/cut-calls.ts';
import { type Plan, planCalls } from '../../shared/intent/plan.ts';
import { idAt, NOW, queuedAs, type Wish } from '../support/messages.ts';

type NamedJob = NonNullable<Wish['jobs']>[number];

const plan = (...wishes: readonly Wish[]): Plan =>
  planCalls(
    wishes.map((wish, i) => queuedAs(`m${i + 1}`, { age: i + 1, ...wish })),
    NOW,
  );

/** For each call its jobs, each with the messages that asked for it. */
const askersOf = ({ calls }: Plan) =>
  calls.map(({ carriers }) =>
    carriers.map(({ job, wishedBy }) => [job, wishedBy.map(({ from }) => from)]),
  );

const start = (job: NamedJob): Wish => ({ operation: 'drs.start', jobs: [job] });

describe('two wishes for one job are alike only where all of its options are', () => {
  const at = (job_id: string) => ({ job_id, start_time: '5' });

  it.each([
    ['its id alone, and then with an option', 'task', at('task')],
    ['with an option, and then its id alone', at('task'), 'task'],
    ['so too where its id has as many letters as it has fields', 'ab', at('ab')],
    ['in either order', at('ab'), 'ab'],
    ['with other options', at('a'), { job_id: 'a', start_time: '6' }],
  ])('%s: the newer wins', (_, older, newer) => {
    const made = plan(start(older), start(newer));
    expect(askersOf(made)).toEqual([[[newer, ['m2']]]]);
    expect(made.settled.map(({ wishedBy, outcome }) => [wishedBy.from, outcome])).toEqual([
      ['m1', 'superseded'],
    ]);
  });

  it('with an option more, or one less', () => {
    const [fewer, more] = [queuedAs('m1', start(at('a'))), queuedAs('m2', start(at('a')))].map(
      ({ from, intent }, i) => ({
        from,
        intent: {
          ...intent,
          jobs: intent.jobs.map((job) =>
            typeof job === 'string' || i === 0 ? job : { ...job, speed: '9' },
          ),
        },
      }),
    );
    if (fewer === undefined || more === undefined) throw new Error('no messages');
    for (const pair of [
      [fewer, more],
      [more, fewer],
    ]) {
      const aged = pair.map(({ from, intent }, i) => ({
        from,
        intent: { ...intent, intent_id: idAt(i + 1) },
      }));
      const parts = planCalls(aged, NOW).calls.flatMap(({ carriers }) =>
        carriers.map(({ wishedBy }) => wishedBy.map(({ from }) => from)),
      );
      expect(parts).toEqual([[pair[1]?.from]]);
    }
  });

  it('the same options in another order are the same', () => {
    const turned = { start_time: '5', job_id: 'a' };
    expect(askersOf(plan(start(at('a')), start(turned)))).toEqual([[[at('a'), ['m1', 'm2']]]]);
  });
});

describe('those who ask for a job are told of in the order of their wishes', () => {
  it('the oldest first, whenever it came', () => {
    const queued = [3, 1, 2].map((age) => queuedAs(`m${age}`, { age }));
    expect(askersOf(planCalls(queued, NOW))).toEqual([[['131', ['m1', 'm2', 'm3']]]]);
  });

  it('and of the same wish the message that came first', () => {
    const parts = ['m1', 'm1-again', 'm1-yet-again'];
    const queued = parts.map((part) => queuedAs(part, { age: 1 }));
    expect(askersOf(planCalls(queued, NOW))).toEqual([[['131', parts]]]);
  });
});

describe('a group of whose jobs none is left is no call', () => {
  const stopped: readonly Wish[] = [{ operation: 'dli.run' }, { operation: 'dli.stop' }];

  it('of those that fit any size', () => {
    expect(plan(...stopped).calls.map(({ operation }) => operation.name)).toEqual(['dli.stop']);
  });

  it('nor of those that are cut', () => {
    expect(cutCalls(plan(...stopped).calls, () => 1)).toHaveLength(1);
  });
});

describe('two runs of one job are alike only where they are to follow the same stop', () => {
  const run = (after?: number): Wish => (after === undefined ? {} : { after });

  it('then they are one', () => {
    expect(askersOf(plan(run(1), run(1)))).toEqual([[['131', ['m1', 'm2']]]]);
  });

  it.each([
    [undefined, 1],
    [1, undefined],
    [1, 2],
  ])('%s and %s: the newer wins, and says what it follows', (older, newer) => {
    const made = plan(run(older), run(newer));
    expect(askersOf(made)).toEqual([[['131', ['m2']]]]);
    expect(made.calls[0]?.carriers[0]?.after).toBe(newer && idAt(newer));
    expect(made.settled.map(({ wishedBy, outcome }) => [wishedBy.from, outcome])).toEqual([
      ['m1', 'superseded'],
    ]);
  });

  it('of different jobs they are one call all the same (P6)', () => {
    const made = plan({ jobs: ['1'], after: 1 }, { jobs: ['2'], after: 2 }, { jobs: ['3'] });
    expect(made.calls.map(({ carriers }) => carriers.map(({ job }) => job))).toEqual([
      ['1', '2', '3'],
    ]);
  });

  it('a stop that comes with them goes first, and the newest run waits for it', () => {
    const stop: Wish = { operation: 'dli.stop' };
    const made = plan(stop, run(1), run());
    expect(made.calls.map(({ operation }) => operation.name)).toEqual(['dli.stop']);
    expect(made.waiting.map(({ wishedBy }) => wishedBy.map(({ from }) => from))).toEqual([['m3']]);
  });
});
