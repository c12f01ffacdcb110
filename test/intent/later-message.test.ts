import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMessage } from '../../shared/intent/message.ts';
import { oddJson } from '../support/arbitraries.ts';
import { bodyOf } from '../support/messages.ts';

const good: Record<string, unknown> = JSON.parse(bodyOf({}));

const laterIn = (part: object) => {
  const reading = readMessage(JSON.stringify({ ...good, ...part }));
  return reading.ok ? 'read' : reading.later;
};

describe('a message of a later release is told from one that no release reads', () => {
  it.each<[object]>([
    [{ v: 2 }],
    [{ v: 2, jobs: { form: 'of another kind' }, options: undefined }],
    [{ operation: 'dli.scale' }],
    [{ operation: 'drs.switch_over' }],
  ])('%j is of a later release', (part) => {
    expect(laterIn(part)).toEqual({});
  });

  it.each<[object]>([
    [{ v: 2, intent_id: 'none' }],
    [{ v: 0 }],
    [{ v: 1.5 }],
    [{ v: '2' }],
    [{ operation: 'Fly!' }],
    [{ operation: null }],
    [{ operation: 'constructor' }],
    [{ jobs: [] }],
    [{ jobs: ['x y'] }],
    [{ options: { resume_savepoint: 'true' } }],
    [{ options: { trigger_savepoint: true } }],
    [{ operation: 'drs.start', jobs: [{ job_id: 'a', is_dry: true }] }],
    [{ caller: 5 }],
  ])('%j is not', (part) => {
    expect(laterIn(part)).toBeUndefined();
  });

  it('its deadline is read in the form that every release writes', () => {
    const expires_at = '2026-12-31T00:00:00.000Z';
    expect(laterIn({ v: 2, expires_at })).toEqual({ until: Date.parse(expires_at) });
    for (const odd of ['2026-13-31T00:00:00.000Z', 'soon', 7, null])
      expect(laterIn({ v: 2, expires_at: odd })).toEqual({});
  });

  it('no message that this release reads is of a later one, whatever stands in a field', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(good)), oddJson(), (field, value) => {
        const later = laterIn({ [field]: value });
        expect([undefined, 'read', {}]).toContainEqual(later);
        if (field === 'intent_id' && later !== 'read') expect(later).toBeUndefined();
      }),
    );
  });
});
