import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMessage } from '../../shared/intent/message.ts';
import { oddJson, oddString } from '../support/arbitraries.ts';
import { bodyOf } from '../support/messages.ts';

const SECRET = 'hunter2';

const good: Record<string, unknown> = JSON.parse(
  bodyOf({ expires_at: '2026-12-31T00:00:00.000Z', correlation_id: 'c', traceparent: 't' }),
);

const reasonOf = (text: string): string | undefined => {
  const reading = readMessage(text);
  return reading.ok ? undefined : reading.reason;
};
const reasonWith = (part: object): string | undefined =>
  reasonOf(JSON.stringify({ ...good, ...part }));

describe('a message that is no intent is unreadable (P8)', () => {
  it('a valid message is read', () => {
    expect(reasonWith({})).toBeUndefined();
  });

  it.each([
    ['', 'the message is not JSON'],
    ['not json', 'the message is not JSON'],
    ['{"v":1', 'the message is not JSON'],
    ['null', 'the message is not a JSON object'],
    ['[]', 'the message is not a JSON object'],
    ['"text"', 'the message is not a JSON object'],
    ['{}', 'the message is not of version 1'],
    ['{"v":"1"}', 'the message is not of version 1'],
    ['{"v":1}', 'the message names no known operation'],
  ])('%j: %s', (text, reason) => {
    expect(reasonOf(text)).toBe(reason);
  });

  it.each<[object, RegExp]>([
    [{ v: 2 }, /^the message is not of version 1$/],
    [{ operation: 'dli.fly' }, /no known operation/],
    [{ operation: 'constructor' }, /no known operation/],
    [{ operation: null }, /no known operation/],
    [{ intent_id: 7 }, /^#\/intent_id: must be a UUID$/],
    [{ intent_id: '01890A5D-AC96-774B-BCCE-B302099A8057' }, /^#\/intent_id: must be a UUID$/],
    [{ intent_id: undefined }, /^#\/intent_id: is required$/],
    [{ project_id: 'a/b' }, /^#\/project_id: /],
    [{ jobs: [] }, /^#\/jobs: must be a list of jobs/],
    [{ jobs: '131' }, /^#\/jobs: must be a list of jobs/],
    [{ jobs: [131] }, /^#\/jobs: must be a list of jobs/],
    [{ jobs: ['131', 'x'] }, /^#\/jobs: must be a list of jobs/],
    [{ jobs: [{ job_id: '1', start_time: '5' }] }, /^#\/jobs: must be a list of jobs/],
    [{ jobs: [null] }, /^#\/jobs: must be a list of jobs/],
    [{ jobs: ['9223372036854775808'] }, /^#\/jobs: must be a list of jobs/],
    [{ first: -1 }, /^#\/first: must be a whole number$/],
    [{ first: 1.5 }, /^#\/first: must be a whole number$/],
    [{ job_count: '5' }, /^#\/job_count: must be a whole number$/],
    [{ options: null }, /^#\/options: /],
    [{ options: [] }, /^#\/options: /],
    [{ options: { resume_savepoint: 'true' } }, /^#\/options/],
    [{ options: { resume_savepoint: null } }, /^#\/options/],
    [{ options: { trigger_savepoint: true } }, /^#\/options/],
    [{ options: undefined }, /^#\/options: is required$/],
    [{ caller: 5 }, /^#\/caller: /],
    [{ accepted_at: 1769860800000 }, /^#\/accepted_at: /],
    [{ accepted_at: '2026-01-31' }, /^#\/accepted_at: /],
    [{ accepted_at: '2026-99-99T99:99:99.999Z' }, /^#\/accepted_at: /],
    [{ expires_at: '2026-01-31T25:00:00.000Z' }, /^#\/expires_at: /],
    [{ expires_at: null }, /^#\/expires_at: /],
    [{ correlation_id: 5 }, /^#\/correlation_id: /],
    [{ traceparent: null }, /^#\/traceparent: /],
  ])('%j', (part, reason) => {
    expect(reasonWith(part)).toMatch(reason);
  });

  it('the reason names every fault', () => {
    expect(reasonWith({ intent_id: 7, jobs: [] })).toMatch(/^#\/intent_id: .*; #\/jobs: /);
  });
});

describe('the reader never throws, and each reason fits an SQS attribute', () => {
  const read = (text: string) => {
    const reading = readMessage(text);
    if (reading.ok) return;
    expect(reading.reason).not.toBe('');
    expect(reading.reason).toMatch(/^[\x20-\x7e]+$/);
  };

  it('for any text and any JSON', () => {
    fc.assert(
      fc.property(oddString(), oddJson(), (text, value) => {
        read(text);
        read(JSON.stringify(value) ?? '');
      }),
    );
  });

  it('for an intent with any value in one field', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(good)), oddJson(), (field, value) => {
        read(JSON.stringify({ ...good, [field]: value }));
        read(JSON.stringify({ ...good, operation: 'drs.start', jobs: [value] }));
      }),
    );
  });

  it.each([
    ['['.repeat(200_000) + ']'.repeat(200_000)],
    [`{"v":1,"operation":"dli.run","jobs":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
  ])('for deep nesting', (text) => {
    expect(readMessage(text)).toMatchObject({ ok: false });
  });

  it('an inherited property is no job and no option', () => {
    for (const field of ['__proto__', 'constructor', 'toString']) {
      const odd = `{"job_id":"a","${field}":"x"}`;
      read(
        JSON.stringify({ ...good, operation: 'drs.start', jobs: ['JOB'] }).replace('"JOB"', odd),
      );
      expect(
        reasonOf(JSON.stringify(good).replace('"options":{}', `"options":{"${field}":true}`)),
      ).toMatch(/^#\/options/);
    }
  });
});

describe('the reason never quotes the message', () => {
  it.each<[object]>([
    [{ v: SECRET }],
    [{ operation: SECRET }],
    [{ intent_id: SECRET }],
    [{ project_id: `${SECRET}/` }],
    [{ options: SECRET }],
    [{ options: { [SECRET]: true } }],
    [{ options: { resume_savepoint: SECRET } }],
    [{ jobs: SECRET }],
    [{ jobs: [SECRET] }],
    [{ jobs: [{ job_id: '1', [SECRET]: SECRET }] }],
    [{ caller: { [SECRET]: SECRET } }],
    [{ accepted_at: SECRET }],
    [{ expires_at: SECRET }],
    [{ correlation_id: [SECRET] }],
    [{ traceparent: { [SECRET]: SECRET } }],
  ])('%j', (part) => {
    expect(reasonWith(part) ?? SECRET).not.toContain(SECRET);
  });

  it('also where the text is not JSON', () => {
    for (const text of [SECRET, `{"a":${SECRET}`, `"${SECRET}`])
      expect(reasonOf(text) ?? SECRET).not.toContain(SECRET);
  });
});
