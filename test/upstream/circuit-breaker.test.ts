import { describe, expect, it } from 'vitest';
import { isProjectId } from '../../shared/operations/operation.ts';
import type { Trouble } from '../../shared/reply/trouble.ts';
import {
  type BreakerRecord,
  CLOSED,
  halfOpened,
  openedAfter,
  projectBreakerKey,
  readBreaker,
  reasonIn,
  routeBreakerKey,
  stateAt,
  writeBreaker,
} from '../../shared/upstream/circuit-breaker.ts';

const NOW = 1_000_000;
const DOWN = { trouble: 'outage', isCertain: true } as const;

/** For how many seconds a breaker is open, each time of several in a row. */
const inARow = (count: number, trouble: Trouble, retryAfter?: number): readonly number[] => {
  let record: BreakerRecord | undefined;
  return Array.from({ length: count }, () => {
    record = openedAfter(record, { trouble, retryAfter, isCertain: true }, NOW);
    return (record.until - NOW) / 1_000;
  });
};

describe('the time that a breaker stays open', () => {
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
    let record: BreakerRecord | undefined;
    for (let n = 0; n < 7; n++) {
      record = openedAfter(record, perhaps, NOW);
      seconds.push((record.until - NOW) / 1_000);
    }
    expect(seconds).toEqual([5, 5, 10, 10, 10, 20, 20]);
    expect(openedAfter(undefined, perhaps, NOW, 3).step).toBe(1);
    expect(openedAfter(record, perhaps, NOW, 2).step).toBe(4);
    expect(openedAfter(CLOSED, perhaps, NOW).strikes).toBe(1);
  });

  it.each<[string, boolean, number, readonly number[]]>([
    ['a job that always fails, now and then', false, 500, [5, 5, 5, 5, 5, 5, 5]],
    ['all jobs, now and then', true, 500, [5, 10, 10, 10, 10, 10, 10]],
    ['a job that always fails, time and again', false, 300, [5, 5, 10, 10, 10, 20, 20]],
    ['all jobs, time and again', true, 0, [5, 10, 20, 40, 80, 160, 300]],
  ])(
    'is short again where no invocation came for five minutes: %s',
    (_, isCertain, idle, waits) => {
      let at = NOW;
      let record: BreakerRecord | undefined;
      const seconds = waits.map(() => {
        record = openedAfter(
          record && halfOpened(record, at, 30_000),
          { trouble: 'outage', isCertain },
          at,
        );
        const wait = (record.until - at) / 1_000;
        at = record.until + idle * 1_000;
        return wait;
      });
      expect(seconds).toEqual(waits);
    },
  );

  it('also where the one that came left no word', () => {
    const record: BreakerRecord = { until: NOW, step: 6, strikes: 2, probing: false };
    expect(openedAfter(record, DOWN, NOW + 300_000).step).toBe(7);
    expect(openedAfter(record, DOWN, NOW + 300_001)).toMatchObject({ step: 2, strikes: 0 });
    const perhaps = { ...DOWN, isCertain: false };
    expect(openedAfter(record, perhaps, NOW + 300_001)).toMatchObject({ step: 1, strikes: 1 });
    expect(openedAfter(CLOSED, DOWN, NOW + 300_001)).toMatchObject({ step: 1 });
  });

  it('begins anew once the breaker was closed', () => {
    expect((openedAfter(CLOSED, DOWN, NOW).until - NOW) / 1_000).toBe(5);
  });
});

describe('since when a breaker has let nothing through', () => {
  const first = openedAfter(undefined, DOWN, NOW);

  it('is when it first opened, however often it opened since', () => {
    const probed = halfOpened(first, NOW + 5_000, 30_000);
    const again = openedAfter(probed, DOWN, NOW + 6_000);
    expect([first, probed, again].map(({ openedAt }) => openedAt)).toEqual([NOW, NOW, NOW]);
  });

  it('is now, if it was closed before, or could have been probed for an hour', () => {
    const later = first.until + 3_600_000;
    expect(openedAfter(CLOSED, DOWN, later).openedAt).toBe(later);
    expect(openedAfter(first, DOWN, later).openedAt).toBe(NOW);
    expect(openedAfter(first, DOWN, later + 1).openedAt).toBe(later + 1);
  });

  it('is now, if an earlier release opened it', () => {
    const { openedAt: _, ...earlier } = first;
    expect(openedAfter(earlier, DOWN, NOW + 7).openedAt).toBe(NOW + 7);
  });
});

describe('the state of a breaker', () => {
  const record = openedAfter(undefined, DOWN, NOW);

  it('is closed where no request was refused', () => {
    expect(stateAt(undefined, NOW)).toEqual({ kind: 'closed' });
    expect(stateAt(CLOSED, NOW)).toEqual({ kind: 'closed' });
  });

  it('is open for the seconds that are left', () => {
    expect(stateAt(record, NOW)).toEqual({ kind: 'open', seconds: 5 });
    expect(stateAt(record, NOW + 4_001)).toEqual({ kind: 'open', seconds: 1 });
  });

  it('is half-open when these are over', () => {
    expect(stateAt(record, NOW + 5_000)).toEqual({ kind: 'half-open' });
  });

  it('is open for a short time while another has the probe, and half-open again if there is no news of it', () => {
    const probe = halfOpened(record, NOW + 5_000, 30_000);
    expect(stateAt(probe, NOW + 5_000)).toEqual({ kind: 'open', seconds: 3 });
    expect(stateAt(probe, NOW + 34_001)).toEqual({ kind: 'open', seconds: 1 });
    expect(stateAt(probe, NOW + 35_000)).toEqual({ kind: 'half-open' });
    expect(openedAfter(probe, DOWN, NOW).step).toBe(2);
  });
});

describe('the record', () => {
  it('is read as it was written', () => {
    for (const record of [
      CLOSED,
      openedAfter(undefined, { trouble: 'no-route', isCertain: true, reason: '404: x' }, NOW),
      halfOpened(openedAfter(undefined, { trouble: 'auth', isCertain: true }, NOW), NOW, 1),
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
  const REASON = '404 text/html: not a reply of the service: <html>';
  const open = openedAfter(undefined, { ...DOWN, trouble: 'unreadable', reason: REASON }, NOW);

  it('is kept, for an hour after the breaker was open', () => {
    expect(open).toEqual({
      until: NOW + 5_000,
      openedAt: NOW,
      step: 1,
      strikes: 0,
      probing: false,
      reason: REASON,
    });
    const probe = halfOpened(open, NOW + 5_000, 30_000);
    expect(reasonIn(probe, NOW + 5_000)).toBe(REASON);
    expect(reasonIn(open, open.until + 3_600_000)).toBe(REASON);
    expect(reasonIn(open, open.until + 3_600_001)).toBeUndefined();
    expect(reasonIn(CLOSED, NOW)).toBeUndefined();
  });

  it('is that of the last, and so is whether there is a route', () => {
    const nowhere = openedAfter(open, { trouble: 'no-route', isCertain: true, reason: 'x' }, NOW);
    expect(nowhere).toMatchObject({ noRoute: true, reason: 'x' });
    expect(openedAfter(nowhere, DOWN, NOW)).toEqual({
      until: NOW + 20_000,
      openedAt: NOW,
      step: 3,
      strikes: 0,
      probing: false,
    });
  });
});

describe('a breaker has a key', () => {
  it('one for a project, and a longer one for each route', () => {
    const project = 'p';
    if (!isProjectId(project)) throw new Error('no project id');
    expect(projectBreakerKey('dli', project)).toBe('cool/dli/p');
    expect(routeBreakerKey({ service: 'dli', project, route: 'dli.stop' })).toBe(
      'cool/dli/p/dli.stop',
    );
    expect(routeBreakerKey({ service: 'drs', project, route: 'look' })).toBe('cool/drs/p/look');
  });
});
