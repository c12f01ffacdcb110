import { describe, expect, it } from 'vitest';
import { readMessage } from '../../shared/intent/message.ts';
import { bodyOf } from '../support/messages.ts';

const good: Record<string, unknown> = JSON.parse(bodyOf({}));

const reasonWith = (part: object): string | undefined => {
  const reading = readMessage(JSON.stringify({ ...good, ...part }));
  return reading.ok ? undefined : reading.reason;
};

describe('ids and times have exactly one spelling, since they are compared as text', () => {
  const id = String(good.intent_id);

  it.each([[`0${id}`], [`${id}0`], [` ${id}`], [`${id}\n`]])('%j is no intent id', (intent_id) => {
    expect(reasonWith({ intent_id })).toBe('#/intent_id: must be a UUID');
  });

  it.each([
    ['a year of six digits', '+002026-01-31T12:00:00.000Z'],
    ['a word behind it', '2026-01-31T12:00:00.000Z (UTC)'],
    ['a NUL behind it', '2026-01-31T12:00:00.000Z\u0000'],
    ['another time zone', '2026-01-31T12:00:00.000+00:00'],
    ['no milliseconds', '2026-01-31T12:00:00Z'],
  ])('%s is no time', (_, time) => {
    expect(reasonWith({ accepted_at: time })).toBe('#/accepted_at: must be an instant in UTC');
    expect(reasonWith({ expires_at: time })).toBe('#/expires_at: must be an instant in UTC');
  });
});

describe('the id of a job with options is checked like that of one without', () => {
  const startOf = (job: object) => reasonWith({ operation: 'drs.start', jobs: [job] });

  it('a valid job is read', () => {
    expect(startOf({ job_id: 'a', start_time: '5' })).toBeUndefined();
    expect(startOf({ job_id: 'a', is_only_init_task: true })).toBeUndefined();
    expect(startOf({ job_id: 'a', is_auto_create_compare: false })).toBeUndefined();
  });

  it.each([
    ['another spelling of its bare id', { job_id: 'a' }],
    ['an id that is none', { job_id: 'a/b', start_time: '5' }],
    ['an id that is no text', { job_id: 5, start_time: '5' }],
    ['no id', { start_time: '5' }],
    ['a flag that is none', { job_id: 'a', is_only_init_task: null }],
    ['an option that is none', { job_id: 'a', speed: 9 }],
  ])('%s is no job', (_, job) => {
    expect(startOf(job)).toMatch(/^#\/jobs: must be a list of jobs, each of which must be a DRS/);
  });
});

describe('the reason says what is wrong with a field', () => {
  it.each([
    [{ options: null }, '#/options: must be options of the operation'],
    [{ caller: 5 }, '#/caller: must be a string'],
    [{ correlation_id: 5 }, '#/correlation_id: must be a string'],
    [{ traceparent: 5 }, '#/traceparent: must be a string'],
  ])('%j', (part, reason) => {
    expect(reasonWith(part)).toBe(reason);
  });
});
