import { describe, expect, it } from 'vitest';
import { candidatesOf, newestIntentOf } from '../../shared/control/claim.ts';
import { openWishes, theOnly } from '../support/records-room.ts';

describe('a claim is held for an open intent of this batch', () => {
  it('the newest of those who ask, and the job’s place in it', () => {
    const { openIntents, calls, list } = openWishes({ jobs: ['131'] }, { jobs: ['130', '131'] });
    const holders = theOnly(calls).carriers.map((carrier) => newestIntentOf(carrier, openIntents));
    expect(holders).toEqual([
      { openIntent: list[1], index: 1 },
      { openIntent: list[1], index: 0 },
    ]);
  });

  it('also of a job with options of its own', () => {
    const { openIntents, calls, list } = openWishes({
      operation: 'drs.start',
      jobs: ['a', { job_id: 'b', start_time: '5' }],
    });
    const holders = theOnly(calls).carriers.map((carrier) => newestIntentOf(carrier, openIntents));
    expect(holders).toEqual([0, 1].map((index) => ({ openIntent: list[0], index })));
  });

  it('a job that none of its open intents knows is an error, and no claim', () => {
    const ours = openWishes({ jobs: ['131'] });
    const theirs = theOnly(openWishes({ jobs: ['130'] }).calls);
    const [carrier] = theirs.carriers;
    if (carrier === undefined) throw new Error('no carrier');
    const [asker] = theOnly(theOnly(ours.calls).carriers).wishedBy;
    const wishedBy = asker === undefined ? [] : [asker];
    for (const stray of [carrier, { ...carrier, wishedBy: [] }, { ...carrier, wishedBy }])
      expect(() => newestIntentOf(stray, ours.openIntents)).toThrow(
        'a planned job belongs to no open intent',
      );
  });

  it('a job that was not judged fit to go is left out', () => {
    expect(candidatesOf(theOnly(openWishes({}).calls), new Map())).toEqual([]);
  });
});
