import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newIntentId } from '../../shared/edge/intent-id.ts';
import {
  ageAsOf,
  CLOCK_DIFFERENCE_MS,
  following,
  justAfter,
  justBefore,
  namedIn,
  unknownAge,
} from '../../shared/intent/age.ts';
import { timeOf } from '../../shared/intent/intent.ts';

const AT = Date.UTC(2026, 0, 31, 12);
const id = (at: number) => newIntentId(undefined, at);
const time = () => fc.integer({ min: AT - 10_000, max: AT + 10_000 });

describe('an intent is no newer than its arrival, but for the difference of clocks', () => {
  it.each([-10, 0, CLOCK_DIFFERENCE_MS])('an id %i ms ahead is its age', (ahead) => {
    const one = id(AT + ahead);
    expect(ageAsOf(one, AT)).toBe(one);
  });

  it('an id further ahead gets the time at which the queue took it, and keeps its tail', () => {
    const one = id(AT + 3_600_000);
    const age = ageAsOf(one, AT);
    expect(timeOf(age)).toBe(AT);
    expect(age.slice(13)).toBe(one.slice(13));
    expect(ageAsOf(age, AT)).toBe(age);
  });

  it('so no clock that is ahead makes a later intent stale', () => {
    fc.assert(
      fc.property(time(), time(), fc.nat({ max: 1_000 }), (ahead, sentAt, later) => {
        const age = ageAsOf(id(ahead), sentAt);
        const other = id(sentAt + later + CLOCK_DIFFERENCE_MS + 1);
        expect(other > age).toBe(true);
      }),
    );
  });
});

describe('an age may lie right beside another', () => {
  const sequence = () => fc.nat({ max: 999 }).map((n) => `n${String(n).padStart(20, '0')}`);

  it('just before or just after is nearer than any other id', () => {
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

  it('several ages beside one are in the order of their sequences', () => {
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

  it('the age of an unknown stop is newer than all others', () => {
    expect(unknownAge('mine') > id(AT * 4)).toBe(true);
  });

  it('and the log names it as its caller did', () => {
    expect(namedIn(unknownAge('nightly-1'))).toBe('nightly-1');
    const one = id(AT);
    expect(namedIn(ageAsOf(one, AT))).toBe(one);
  });
});
