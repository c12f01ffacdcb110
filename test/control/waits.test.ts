import { describe, expect, it } from 'vitest';
import type { DecidedByLedger } from '../../shared/control/candidate.ts';
import { lookAgainAt, wakeOf } from '../../shared/control/decide-by-look.ts';
import { delayOf, quickDelay } from '../../shared/control/retry-delay.ts';
import { lookForStopAt } from '../../shared/control/wait-for-stop.ts';
import { isWaiting, pauseOf, type Waiting, wakesAt } from '../../shared/control/waiting.ts';
import { whatLookTells } from '../../shared/control/what-look-tells.ts';
import { OPERATIONS } from '../../shared/operations/index.ts';
import { jobIdOf, type Operation } from '../../shared/operations/operation.ts';
import { intentOf } from '../support/messages.ts';
import { openWishes, theOnly } from '../support/records-room.ts';
import { seen } from '../support/sightings.ts';

const NOW = 1_000;

describe('what a look tells of an earlier request', () => {
  const [CLEAR, NONE] = [100, 200];
  const tells = (effect: ReturnType<Operation['effectOf']>, seenAt: number) => {
    const operation = { ...OPERATIONS['dli.run'], effectOf: () => effect };
    const job = theOnly(intentOf({}).jobs);
    const request = { operation, carrier: { job }, since: 0, clearFrom: CLEAR, noneFrom: NONE };
    return whatLookTells(request, seen('job_running'), seenAt);
  };

  it.each([
    ['taken', ['nothing', 'served', 'served', 'served']],
    ['earlier', ['nothing', 'nothing', 'nothing', 'served']],
    ['none', ['nothing', 'nothing', 'nothing', 'not served']],
    ['pending', ['nothing', 'nothing', 'nothing', 'nothing']],
  ] as const)(
    'its effect is %s: before statuses count, while it may come, and after',
    (effect, told) => {
      expect([CLEAR - 1, CLEAR, NONE - 1, NONE].map((at) => tells(effect, at))).toEqual(told);
    },
  );
});

describe('when a job is looked at again', () => {
  const { carrier } = { carrier: theOnly(theOnly(openWishes({}).calls).carriers) };
  const wake = (
    byLedger: DecidedByLedger['byLedger'],
    { claimedAt = NOW - 300, clearFrom = 0, mayEndAt = 0 } = {},
  ) => {
    const operation = OPERATIONS['dli.run'];
    const { project_id } = intentOf({});
    const known = {
      operation,
      project_id,
      carrier,
      key: 'k',
      seen: undefined,
      lastRequest: undefined,
    };
    return wakeOf({ ...known, claimedAt, clearFrom, mayEndAt, byLedger }, NOW, 100);
  };
  const look = { kind: 'look', noneFrom: 0 } as const;

  it.each([
    ['it may show now: at once', {}, undefined],
    ['its effect may come: after as long as it has waited', { mayEndAt: NOW + 900 }, NOW + 300],
    ['at the latest when it cannot come any more', { mayEndAt: NOW + 200 }, NOW + 200],
    ['not before statuses count', { mayEndAt: NOW + 900, clearFrom: NOW + 500 }, NOW + 500],
    ['when they count, if nothing else is waited for', { clearFrom: NOW + 5 }, NOW + 5],
    ['when they count this very moment: at once', { clearFrom: NOW, mayEndAt: NOW }, undefined],
  ])('%s', (_, known, at) => {
    expect(wake(look, known)).toBe(at);
  });

  it('a run looks for its stop after a quarter of the time that it has waited', () => {
    for (const kind of ['stop first', 'look for the stop'] as const) {
      const since = (ms: number) =>
        wake(
          kind === 'stop first'
            ? { kind, since: NOW - ms }
            : { kind, since: NOW - ms, isDelivered: true },
        );
      expect([since(0), since(400), since(4_000)]).toEqual([NOW + 100, NOW + 100, NOW + 1_000]);
    }
  });

  it('what another invocation ends is waited for until then; of all else no moment is known', () => {
    expect(wake({ kind: 'wait', until: 7 })).toBe(7);
    expect(wake({ kind: 'wait' })).toBeUndefined();
    expect(wake({ kind: 'go' })).toBeUndefined();
  });

  it('no later than a quarter of an hour, and no sooner than the shortest wait', () => {
    expect(lookForStopAt(0, 100_000_000, 100)).toBe(100_900_000);
    expect(lookForStopAt(0, 3_600_000, 100)).toBe(4_500_000);
    expect(lookAgainAt(undefined, NOW, 100)).toBe(NOW + 100);
    expect(lookAgainAt(NOW - 99, NOW, 100)).toBe(NOW + 100);
    expect(lookAgainAt(NOW - 101, NOW, 100)).toBe(NOW + 101);
  });
});

describe('what an open intent waits for', () => {
  const jobs = intentOf({ jobs: ['1', '2'] }).jobs;
  const [one, two] = jobs.map(jobIdOf);
  if (one === undefined || two === undefined) throw new Error('no jobs');
  const until = (job: typeof one, moment: number): Waiting => ({
    why: 'not before',
    job,
    until: moment,
  });

  it('the first moment of its jobs, if each has one; the last word on a job counts', () => {
    const wakes = (...waits: readonly Waiting[]) => wakesAt({ waits, openJobs: jobs });
    expect(wakes(until(one, 5), until(two, 7))).toBe(5);
    expect(wakes(until(one, 5), until(two, 7), until(one, 9))).toBe(7);
    expect(wakes(until(one, 5), { why: 'in vain' })).toBeUndefined();
    expect(wakesAt({ waits: [until(one, 5)], openJobs: [] })).toBeUndefined();
  });

  it('the longest pause, and none without one', () => {
    const pause = (seconds: number): Waiting => ({ why: 'pause', seconds });
    expect(pauseOf([pause(3), until(one, 99), pause(8), pause(5)])).toBe(8);
    expect(pauseOf([until(one, 99)])).toBe(0);
  });

  it('one reason of several is enough', () => {
    const waits: readonly Waiting[] = [{ why: 'no time' }, until(one, 1)];
    expect([isWaiting(waits, 'no time'), isWaiting(waits, 'in vain')]).toEqual([true, false]);
  });
});

describe('a message of several open intents', () => {
  const two = () => {
    const { openIntents } = openWishes({ age: 1, jobs: ['1'] }, { age: 2, jobs: ['2'] });
    const [done, open] = openIntents;
    if (done === undefined || open === undefined) throw new Error('not two');
    done.settleOpen({ outcome: 'expired', calledAt: 1, settledAt: 2 });
    const job = jobIdOf(theOnly(open.intent.jobs));
    return { done, open, job };
  };
  const options = { now: NOW, random: 0, maxReceives: 100 };

  it('comes back for those that are open: what is done waits for nothing', () => {
    const { done, open, job } = two();
    open.wait({ why: 'not before', job, until: NOW + 60_000 });
    expect(delayOf({ receiveCount: 1 }, [done, open], options)).toBe(60);
  });

  it('comes back after its repeats’ wait, if no moment is known for one of them', () => {
    const { open, job } = two();
    const [other] = openWishes({ age: 3, jobs: ['3'] }).openIntents;
    open.wait({ why: 'not before', job, until: NOW + 60_000 });
    const all = other === undefined ? [] : [open, other];
    expect(delayOf({ receiveCount: 1 }, all, options)).toBe(2);
  });
});

describe('a message that found no time comes back soon', () => {
  const soon = (receiveCount: number, maxReceives: number, pause?: number) =>
    quickDelay({ receiveCount }, { random: 0, maxReceives }, pause);

  it.each([
    ['for a tenth of its receives', [1, 9].map((n) => soon(n, 100)), [2, 2]],
    ['and no longer', [10, 11].map((n) => soon(n, 100)), [450, 450]],
    ['a hundred times at most', [99, 100].map((n) => soon(n, 10_000)), [2, 450]],
    ['no sooner than it is asked to', [soon(1, 100, 60), soon(50, 100, 600)], [60, 600]],
  ])('%s', (_, seconds, expected) => {
    expect(seconds).toEqual(expected);
  });
});
