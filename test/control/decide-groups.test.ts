import { describe, expect, it } from 'vitest';
import { decide } from '../../shared/control/decide.ts';
import type { Call } from '../../shared/control/planned.ts';
import { jobKeyOf } from '../../shared/ledger/job-record.ts';
import type { Records } from '../../shared/ledger/records.ts';
import { jobIdOf } from '../../shared/operations/operation.ts';
import { message, startControlRoom } from '../support/control-room.ts';
import { idAt, NOW, PROJECT } from '../support/messages.ts';
import { maybeServed, unserved } from '../support/noted.ts';
import { openWishes, startRecords } from '../support/records-room.ts';
import { replied } from '../support/replies.ts';
import { seen } from '../support/sightings.ts';

const AT = Date.parse(NOW);

/** Others have claimed every job of these calls. */
const claimAll = async (records: Records, calls: readonly Call[]): Promise<void> => {
  const claim = { block: 'theirs', index: 0, invocation: 'theirs', at: 0, until: AT };
  for (const { operation, project_id, carriers } of calls)
    for (const { job } of carriers) {
      const key = jobKeyOf(operation.service, project_id, jobIdOf(job));
      const record = { newest: idAt(0), operation: operation.name, claim };
      await records.jobs.write(key, record, undefined);
    }
};

describe('a look is of one operation and one project', () => {
  it('and what it shows is theirs alone', async () => {
    const { records } = startRecords();
    const { calls } = openWishes(
      { jobs: ['7', '8'], project_id: 'p' },
      { jobs: ['7'], project_id: 'q' },
      { jobs: ['9'], project_id: 'p', operation: 'dli.stop' },
    );
    await claimAll(records, calls);
    const looks: unknown[] = [];
    const decisions = await decide(calls, {
      records,
      now: () => AT,
      settleMs: () => 30_000,
      pollMs: 10_000,
      lookAt: async ({ name }, project, jobs) => {
        looks.push([name, project, jobs]);
        return new Map(
          jobs.map((job) => [job, seen(project === 'p' ? 'job_running' : 'job_init')]),
        );
      },
    });
    expect(looks).toEqual([
      ['dli.run', 'p', ['7', '8']],
      ['dli.run', 'q', ['7']],
      ['dli.stop', 'p', ['9']],
    ]);
    const observed = decisions.observed.map(({ key }) => key);
    expect(observed).toEqual(['job/dli/p/7', 'job/dli/p/8']);
    const going = [...decisions.candidates.values()].map(({ key }) => key);
    expect(going).toEqual(['job/dli/q/7', 'job/dli/p/9']);
  });
});

describe('a job whose last call went unanswered, and had no effect', () => {
  it.each([
    [maybeServed('theirs'), Number.POSITIVE_INFINITY],
    [unserved('theirs', 25), 25],
    [maybeServed('theirs', 25), 25],
  ])('goes again, and is marked: it alone, after %o', async (by, suspects) => {
    const { records } = startRecords();
    const { calls } = openWishes({ jobs: ['7', '8', '9'] });
    const [call] = calls;
    const claim = { block: 'theirs', invocation: 'theirs', at: 0, until: AT };
    for (const [index, { job }] of call?.carriers.slice(0, 2).entries() ?? [])
      await records.jobs.write(
        `job/dli/${PROJECT}/${jobIdOf(job)}`,
        { newest: idAt(0), operation: 'dli.run', claim: { ...claim, index } },
        undefined,
      );
    const requests = new Map([[0, by]]);
    const state = { invocation: 'theirs', verdicts: [], published: new Set<number>(), requests };
    await records.blocks.write('theirs', state, undefined);
    const decisions = await decide(calls, {
      records,
      now: () => AT,
      settleMs: () => 30_000,
      pollMs: 10_000,
      lookAt: async (_, __, jobs) => new Map(jobs.map((job) => [job, seen('job_init')])),
    });
    expect(decisions.candidates.size).toBe(3);
    const repeats = [...decisions.repeats].map(([{ job }, among]) => [job, among]);
    expect(repeats).toEqual([['7', suspects]]);
  });
});

describe('a run does not wait for a stop that was never carried out', () => {
  it.each([
    ['job_running', true],
    ['job_canceling', false],
    ['job_news', false],
  ])('once its time is over, with the job %s: %s', async (status, isSent) => {
    let at = AT;
    const room = startControlRoom({
      now: () => at,
      statusOf: () => status,
      reply: () => replied(400, { error_code: 'DRS.M01504', error_msg: 'busy' }),
    });
    const expires_at = new Date(at + 1_000).toISOString();
    await room.run([message('stop', { age: 1, operation: 'dli.stop', expires_at })]);
    at += 1_000;
    await room.run([message('run', { age: 2 })]);
    const stop = `/v1.0/${PROJECT}/streaming/jobs/stop`;
    const run = `/v1.0/${PROJECT}/streaming/jobs/run`;
    expect(room.calls.map(({ path }) => path)).toEqual(isSent ? [stop, run] : [stop]);
  });
});
