import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { timeOf } from '../../shared/core/intent.ts';
import { intentIdOf, newIntentId } from '../../shared/edge/intent-id.ts';

const version7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Clocks may differ by some minutes. */
const clock = () => fc.integer({ min: -300_000, max: 300_000 });

describe('an intent that follows another is newer than that', () => {
  it('by one millisecond, where the other is of a time to come', () => {
    const other = intentIdOf('other', Date.now() + 60_000);
    const id = newIntentId(other);
    expect(id).toMatch(version7);
    expect(timeOf(id)).toBe(timeOf(other) + 1);
    expect(newIntentId(other)).not.toBe(id);
  });

  it('and as new as any where the other is older, or there is none', () => {
    const other = intentIdOf('other', Date.now() - 60_000);
    const before = newIntentId();
    const id = newIntentId(other);
    expect(id > before).toBe(true);
    expect(newIntentId() > id).toBe(true);
  });
});

describe('the intent of an event', () => {
  it('has one id, of the time of the event, and newer than the one that it is to follow', () => {
    const at = Date.UTC(2026, 0, 31);
    fc.assert(
      fc.property(fc.string(), clock(), (event, ahead) => {
        const after = intentIdOf('the stop', at + ahead);
        const id = intentIdOf(event, at, after);
        expect(id).toMatch(version7);
        expect(intentIdOf(event, at, after)).toBe(id);
        expect(id > after).toBe(true);
        expect(timeOf(id)).toBe(Math.max(at, at + ahead + 1));
        expect(timeOf(intentIdOf(event, at))).toBe(at);
      }),
    );
  });
});
