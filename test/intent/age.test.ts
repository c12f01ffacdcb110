import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newIntentId } from '../../shared/edge/intent-id.ts';
import {
  ageAsOf,
  CLOCK_DIFFERENCE_MS,
  following,
  justAfter,
  justBefore,
  unknownAge,
} from '../../shared/intent/age.ts';
import { timeOf } from '../../shared/intent/intent.ts';

const AT = Date.UTC(2026, 0, 31, 12);
const id = (at: number) => newIntentId(undefined, at);
const time = () => fc.integer({ min: AT - 10_000, max: AT + 10_000 });

describe('a wish is no newer than its arrival, by more than clocks differ', () => {
  it.each([-10, 0, CLOCK_DIFFERENCE_MS])('an id %i ms ahead is its age', (ahead) => {
    const one = id(AT + ahead);
    expect(ageAsOf(one, AT)).toBe(one);
  });

  it('one that is further ahead is of the time at which the queue took it, and keeps its tail', () => {
    const one = id(AT + 3_600_000);
    const age = ageAsOf(one, AT);
    expect(timeOf(age)).toBe(AT);
    expect(age.slice(13)).toBe(one.slice(13));
    expect(ageAsOf(age, AT)).toBe(age);
  });

  it('so no clock makes stale what comes later than that', () => {
    fc.assert(
      fc.property(time(), time(), fc.nat({ max: 1_000 }), (ahead, sentAt, later) => {
        const age = ageAsOf(id(ahead), sentAt);
        const other = id(sentAt + later + CLOCK_DIFFERENCE_MS + 1);
        expect(other > age).toBe(true);
      }),
    );
  });
});

describe('a place beside another wish', () => {
  const sequence = () => fc.nat({ max: 999 }).map((n) => `n${String(n).padStart(20, '0')}`);

  it('just before it or just after it is nearer than any other id', () => {
    fc.assert(
      fc.property(time(), time(), sequence(), (at, other, own) => {
        const [one, stranger, mine] = [id(at), id(other), id(at)];
        const before = justBefore(one, own, mine);
        const after = justAfter(one, own, mine);
        expect(before < one && one < after).toBe(true);
        expect(stranger < before).toBe(stranger < one);
        expect(stranger > after).toBe(stranger > one);
        expect(following(one, mine) > one).toBe(true);
        expect(stranger > following(one, mine)).toBe(stranger > one);
      }),
    );
  });

  it('and several of them are in the order of their sequences, wherever each was put', () => {
    fc.assert(
      fc.property(time(), sequence(), sequence(), (at, low, high) => {
        const one = id(at);
        for (const place of [justBefore, justAfter]) {
          const [lower, higher] = [place(one, low, id(at)), place(one, high, id(at))];
          if (low !== high) expect(lower < higher).toBe(low < high);
          expect(place(higher, low, id(at)) < higher || low >= high).toBe(true);
        }
      }),
    );
  });

  it('what is not known yet is newer than everything', () => {
    expect(unknownAge('mine') > id(AT * 4)).toBe(true);
  });
});
