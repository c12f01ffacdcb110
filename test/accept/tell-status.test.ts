import { describe, expect, it } from 'vitest';
import { queuedStatus, refusalsIn, whereToAsk } from '../../shared/accept/tell-status.ts';
import { timeOf } from '../../shared/intent/intent.ts';
import { jobIdOf } from '../../shared/operations/operation.ts';
import { idAt, intentOf } from '../support/messages.ts';

const DAY = 86_400_000;

describe('a 202 says where to ask, whatever stands before its path', () => {
  it.each([
    ['/v1/intents', ''],
    ['/v1/intents/', ''],
    ['/v3/p/jobs/batch-starting', ''],
    ['/v1/hooks/github', ''],
    ['/v1/intents', '/dev'],
    ['/v3/p/jobs/batch-starting', '/base/dev'],
  ])('%s behind %j', (path, before) => {
    const { location = '', ...rest } = whereToAsk(path, idAt(1));
    const place = new URL(location, `https://example.com${before}${path}`);
    expect(place.pathname).toBe(`${before}/v1/intents/${idAt(1)}`);
    expect(rest).toEqual({ 'retry-after': '2' });
  });
});

describe('an intent without a record is queued', () => {
  const at = timeOf(idAt(1));

  it.each([
    ['now', 0, true],
    ['as old as messages become', 14 * DAY - 1, true],
    ['older', 14 * DAY, false],
    ['of a clock that is ahead', -5 * 60_000, true],
    ['of a time to come', -5 * 60_000 - 1, false],
  ])('%s: %i ms', (_, age, is) => {
    const status = queuedStatus(idAt(1), at + age);
    expect(status).toEqual(
      is
        ? { intent_id: idAt(1), status: 'queued', accepted_at: new Date(at).toISOString() }
        : undefined,
    );
  });
});

describe('after a wait, a job that was not delivered counts as refused', () => {
  const [job] = intentOf({ jobs: ['1'] }).jobs.map(jobIdOf);
  if (job === undefined) throw new Error('no job');
  const refusalOf = (more: object) =>
    refusalsIn({
      kind: 'told',
      status: { intent_id: idAt(1), status: 'settled', jobs: [{ job_id: job, ...more }] },
    }).get(job);

  it('by the upstream’s code and message, or by its outcome', () => {
    const error = { code: 'DLI.0002', message: 'The job does not exist.' };
    expect(refusalOf({ outcome: 'rejected', error })).toEqual(error);
    for (const outcome of ['superseded', 'expired', 'failed'])
      expect(refusalOf({ outcome })).toEqual({ code: outcome, message: expect.any(String) });
  });

  it('but not one that was delivered, nor one without a verdict', () => {
    expect(refusalOf({ outcome: 'delivered' })).toBeUndefined();
    expect(refusalOf({})).toBeUndefined();
    expect(refusalsIn(undefined).size).toBe(0);
    expect(refusalsIn({ kind: 'unreachable' }).size).toBe(0);
  });
});
