import { describe, expect, it } from 'vitest';
import { candidatesOf } from '../../shared/control/claim.ts';
import { jobIdOf } from '../../shared/operations/operation.ts';
import { openWishes, theOnly } from '../support/records-room.ts';

/** The open intent that a claim on each job of a call would be held for, and the job’s place in it. */
const holdersOf = ({ carriers }: ReturnType<typeof openWishes>['calls'][number]) =>
  carriers.map(({ job, newest }) => [newest.from, newest.from.placeOf(jobIdOf(job))]);

describe('a claim is held for an open intent of this batch', () => {
  it('the newest of those who ask, and the job’s place in it', () => {
    const { openIntents, calls } = openWishes({ jobs: ['131'] }, { jobs: ['130', '131'] });
    expect(holdersOf(theOnly(calls))).toEqual([
      [openIntents[1], 1],
      [openIntents[1], 0],
    ]);
  });

  it('also of a job with options of its own', () => {
    const { openIntents, calls } = openWishes({
      operation: 'drs.start',
      jobs: ['a', { job_id: 'b', start_time: '5' }],
    });
    expect(holdersOf(theOnly(calls))).toEqual([
      [openIntents[0], 0],
      [openIntents[0], 1],
    ]);
  });

  it('a job that its open intent does not name is an error, and no claim', () => {
    const ours = theOnly(openWishes({ jobs: ['131'] }).openIntents);
    const theirs = theOnly(openWishes({ jobs: ['130'] }).openIntents);
    for (const job of theirs.intent.jobs)
      expect(() => ours.placeOf(jobIdOf(job))).toThrow('a planned job belongs to no open intent');
  });

  it('a job that was not found fit to go is left out', () => {
    expect(candidatesOf(theOnly(openWishes({}).calls), new Map())).toEqual([]);
  });
});
