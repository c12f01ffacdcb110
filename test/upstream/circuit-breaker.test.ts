import { describe, expect, it } from 'vitest';
import { isProjectId } from '../../shared/operations/operation.ts';
import type { Closure } from '../../shared/reply/refusal.ts';
import {
  admissionTo,
  type BreakerState,
  OPEN,
  openedAfter,
  probeOf,
  readBreaker,
  reasonIn,
  wayOf,
  wayOfRoute,
  writeBreaker,
} from '../../shared/upstream/circuit-breaker.ts';

const NOW = 1_000_000;
const DOWN = { closure: 'outage', isCertain: true } as const;

/** The seconds of so many cool-downs in a row. */
const inARow = (count: number, closure: Closure, retryAfter?: number): readonly number[] => {
  let record: BreakerState | undefined;
  return Array.from({ length: count }, () => {
    record = openedAfter(record, { closure, retryAfter, isCertain: true }, NOW);
    return (record.until - NOW) / 1_000;
  });
};

describe('a cool-down', () => {
  it('doubles with each in a row, up to five minutes', () => {
    expect(inARow(8, 'outage')).toEqual([5, 10, 20, 40, 80, 160, 300, 300]);
    expect(inARow(3, 'throttled')).toEqual([5, 10, 20]);
    expect(inARow(1_000, 'outage').at(-1)).toBe(300);
  });

  it('lasts a minute at least where a credential was refused', () => {
    expect(inARow(6, 'auth')).toEqual([60, 60, 60, 60, 80, 160]);
  });

  it('is as long as the upstream asks for, up to a quarter of an hour', () => {
    expect(inARow(2, 'throttled', 45)).toEqual([45, 45]);
    expect(inARow(1, 'throttled', 1)).toEqual([5]);
    expect(inARow(1, 'throttled', 86_400)).toEqual([900]);
  });

  it('does not grow where a single job may be the reason, until three were refused in a row', () => {
    const perhaps = { ...DOWN, isCertain: false };
    const seconds: number[] = [];
    let record: BreakerState | undefined;
    for (let n = 0; n < 7; n++) {
      record = openedAfter(record, perhaps, NOW);
      seconds.push((record.until - NOW) / 1_000);
    }
    expect(seconds).toEqual([5, 5, 10, 10, 10, 20, 20]);
    expect(openedAfter(undefined, perhaps, NOW, 3).step).toBe(1);
    expect(openedAfter(record, perhaps, NOW, 2).step).toBe(4);
    expect(openedAfter(OPEN, perhaps, NOW).strikes).toBe(1);
  });

  it.each<[string, boolean, number, readonly number[]]>([
    ['a job that always fails, now and then', false, 500, [5, 5, 5, 5, 5, 5, 5]],
    ['everybody, now and then', true, 500, [5, 10, 10, 10, 10, 10, 10]],
    ['a job that always fails, time and again', false, 300, [5, 5, 10, 10, 10, 20, 20]],
    ['everybody, time and again', true, 0, [5, 10, 20, 40, 80, 160, 300]],
  ])('is short again where nobody came for five minutes: %s', (_, isCertain, idle, waits) => {
    let at = NOW;
    let record: BreakerState | undefined;
    const seconds = waits.map(() => {
      record = openedAfter(
        record && probeOf(record, at, 30_000),
        { closure: 'outage', isCertain },
        at,
      );
      const wait = (record.until - at) / 1_000;
      at = record.until + idle * 1_000;
      return wait;
    });
    expect(seconds).toEqual(waits);
  });

  it('so too where nobody was told of the one that came', () => {
    const record: BreakerState = { until: NOW, step: 6, strikes: 2, probing: false };
    expect(openedAfter(record, DOWN, NOW + 300_000).step).toBe(7);
    expect(openedAfter(record, DOWN, NOW + 300_001)).toMatchObject({ step: 2, strikes: 0 });
    const perhaps = { ...DOWN, isCertain: false };
    expect(openedAfter(record, perhaps, NOW + 300_001)).toMatchObject({ step: 1, strikes: 1 });
    expect(openedAfter(OPEN, DOWN, NOW + 300_001)).toMatchObject({ step: 1 });
  });

  it('begins anew after one that ended well', () => {
    expect((openedAfter(OPEN, DOWN, NOW).until - NOW) / 1_000).toBe(5);
  });
});

describe('who comes to a way', () => {
  const record = openedAfter(undefined, DOWN, NOW);

  it('that nobody was refused on may go', () => {
    expect(admissionTo(undefined, NOW)).toEqual({ kind: 'open' });
    expect(admissionTo(OPEN, NOW)).toEqual({ kind: 'open' });
  });

  it('that cools down knows how long', () => {
    expect(admissionTo(record, NOW)).toEqual({ kind: 'closed', seconds: 5 });
    expect(admissionTo(record, NOW + 4_001)).toEqual({ kind: 'closed', seconds: 1 });
  });

  it('where that is over may see whether it is', () => {
    expect(admissionTo(record, NOW + 5_000)).toEqual({ kind: 'probe' });
  });

  it('where somebody else does waits a little, and may in turn if nothing is heard of it', () => {
    const probe = probeOf(record, NOW + 5_000, 30_000);
    expect(admissionTo(probe, NOW + 5_000)).toEqual({ kind: 'closed', seconds: 3 });
    expect(admissionTo(probe, NOW + 34_001)).toEqual({ kind: 'closed', seconds: 1 });
    expect(admissionTo(probe, NOW + 35_000)).toEqual({ kind: 'probe' });
    expect(openedAfter(probe, DOWN, NOW).step).toBe(2);
  });
});

describe('the record', () => {
  it('is read as it was written', () => {
    for (const record of [
      OPEN,
      openedAfter(undefined, { closure: 'no-route', isCertain: true, reason: '404: x' }, NOW),
      probeOf(openedAfter(undefined, { closure: 'auth', isCertain: true }, NOW), NOW, 1),
    ])
      expect(readBreaker(writeBreaker(record))).toEqual(record);
  });

  it('of an earlier release counts no strikes', () => {
    expect(readBreaker('{"v":1,"until":5,"step":1,"probing":false}')).toEqual({
      until: 5,
      step: 1,
      strikes: 0,
      probing: false,
    });
  });

  it.each(['{"v":2,"until":0,"step":0,"probing":false}', '{"v":1}', 'x', ''])(
    'of another version is none: %s',
    (text) => {
      expect(readBreaker(text)).toBeUndefined();
    },
  );
});

describe('what the last refusal looked like', () => {
  const REASON = '404 text/html: no reply of the service: <html>';
  const closed = openedAfter(undefined, { ...DOWN, closure: 'unreadable', reason: REASON }, NOW);

  it('is kept, for an hour after the cool-down', () => {
    expect(closed).toEqual({
      until: NOW + 5_000,
      step: 1,
      strikes: 0,
      probing: false,
      reason: REASON,
    });
    const probe = probeOf(closed, NOW + 5_000, 30_000);
    expect(reasonIn(probe, NOW + 5_000)).toBe(REASON);
    expect(reasonIn(closed, closed.until + 3_600_000)).toBe(REASON);
    expect(reasonIn(closed, closed.until + 3_600_001)).toBeUndefined();
    expect(reasonIn(OPEN, NOW)).toBeUndefined();
  });

  it('is that of the last, and so is whether there is a route', () => {
    const nowhere = openedAfter(closed, { closure: 'no-route', isCertain: true, reason: 'x' }, NOW);
    expect(nowhere).toMatchObject({ noRoute: true, reason: 'x' });
    expect(openedAfter(nowhere, DOWN, NOW)).toEqual({
      until: NOW + 20_000,
      step: 3,
      strikes: 0,
      probing: false,
    });
  });
});

describe('a way has a name', () => {
  it('a project’s own, and a longer one for each route', () => {
    const project = 'p';
    if (!isProjectId(project)) throw new Error('no project id');
    expect(wayOf('dli', project)).toBe('cool/dli/p');
    expect(wayOfRoute({ service: 'dli', project, route: 'dli.stop' })).toBe('cool/dli/p/dli.stop');
    expect(wayOfRoute({ service: 'drs', project, route: 'look' })).toBe('cool/drs/p/look');
  });
});
