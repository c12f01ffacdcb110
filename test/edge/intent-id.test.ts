import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasTag, keyOf, newIntentId, tagId } from '../../shared/edge/intent-id.ts';
import { isIdOfIntent } from '../../shared/intent/after.ts';
import { timeOf } from '../../shared/intent/intent.ts';

const version7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Clocks may differ by minutes. */
const clock = () => fc.integer({ min: -300_000, max: 300_000 });

describe('the id of an intent that follows another is newer', () => {
  it('by one millisecond, if the other is in the future', () => {
    const other = newIntentId(undefined, Date.now() + 60_000);
    const id = newIntentId(other);
    expect(id).toMatch(version7);
    expect(timeOf(id)).toBe(timeOf(other) + 1);
    expect(newIntentId(other)).not.toBe(id);
  });

  it('an id of now, if the other is older or absent', () => {
    const other = newIntentId(undefined, Date.now() - 60_000);
    const before = newIntentId();
    const id = newIntentId(other);
    expect(id > before).toBe(true);
    expect(newIntentId() > id).toBe(true);
  });
});

describe('the ids of one process', () => {
  it('sort in the order in which they were made, also within a millisecond', () => {
    const ids = Array.from({ length: 10_000 }, () => newIntentId());
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('an id of a past time', () => {
  it('has that time, is unique, and is newer than the one it follows', () => {
    const at = Date.UTC(2026, 0, 31);
    fc.assert(
      fc.property(clock(), (ahead) => {
        const after = newIntentId(undefined, at + ahead);
        const id = newIntentId(after, at);
        expect(id).toMatch(version7);
        expect(id > after).toBe(true);
        expect([at, at + ahead + 1]).toContain(timeOf(id));
        expect(timeOf(newIntentId(undefined, at))).toBe(at);
        expect(newIntentId(undefined, at)).not.toBe(newIntentId(undefined, at));
      }),
    );
  });
});

describe('ids of one past time', () => {
  it('sort in the order in which they were made, so that a backlog of events of one second keeps its order', () => {
    const at = Date.now() - 400_000;
    const ids = Array.from({ length: 5_000 }, () => newIntentId(undefined, at));
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
    expect(newIntentId(undefined, at - 1_000) < (ids[0] ?? '')).toBe(true);
  });
});

describe('a key', () => {
  it('is short, and equal for equal texts only', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        expect(keyOf(one)).toMatch(/^[0-9a-f]{32}$/);
        expect(keyOf(one) === keyOf(other)).toBe(one === other);
      }),
    );
  });
});

describe('an id tells whose it is', () => {
  it('by its last 20 bits, and by no other caller’s', () => {
    const ids = Array.from({ length: 1_000 }, () => tagId(newIntentId(), 'bot'));
    expect(ids.every((id) => hasTag(id, 'bot'))).toBe(true);
    expect(ids.filter((id) => hasTag(id, 'other')).length).toBeLessThan(3);
    expect(ids.every(isIdOfIntent)).toBe(true);
    expect(tagId(ids[0] ?? newIntentId(), 'bot')).toBe(ids[0]);
  });

  it('and keeps its order, and stays apart from all others', () => {
    const made = Array.from({ length: 10_000 }, () => newIntentId());
    const ids = made.map((id) => tagId(id, 'bot'));
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [i, id] of ids.entries()) expect(id.slice(0, 31)).toBe(made[i]?.slice(0, 31));
  });

  it('also of a late event', () => {
    const at = Date.now() - 3_600_000;
    const ids = Array.from({ length: 1_000 }, () => tagId(newIntentId(undefined, at), 'bot'));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.toSorted()).toEqual(ids);
  });
});
