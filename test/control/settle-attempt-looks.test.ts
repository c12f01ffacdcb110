import { describe, expect, it } from 'vitest';
import type { Attempt } from '../../shared/control/attempt.ts';
import { makeSettleAttempt } from '../../shared/control/settle-attempt.ts';
import { timingOf } from '../../shared/intent/result.ts';
import type { JobId } from '../../shared/operations/operation.ts';
import type { Verdict } from '../../shared/reply/verdict.ts';
import { SETTLING } from '../support/limits.ts';
import { maybeServed, unserved } from '../support/noted.ts';
import { openWishes, theOnly } from '../support/records-room.ts';
import { seen } from '../support/sightings.ts';

const MAYBE: Verdict = { kind: 'unanswered', served: 'maybe', reason: 'no verdict in the reply' };
const DELIVERED: Verdict = { kind: 'delivered', evidence: 'positional' };

/** Reports verdicts on the jobs '1', '2', … of one call; a look shows these statuses. */
const report = async (
  verdicts: readonly Verdict[],
  statuses: Readonly<Record<string, string>> = {},
  suspects?: number,
) => {
  const jobs = verdicts.map((_, i) => String(i + 1));
  const { openIntents: list, calls } = openWishes({ jobs });
  const looks: (readonly JobId[])[] = [];
  const tell = makeSettleAttempt({
    ...SETTLING,
    lookAt: async (_, __, asked) => {
      looks.push(asked);
      return new Map(asked.flatMap((job) => (statuses[job] ? [[job, seen(statuses[job])]] : [])));
    },
  });
  const call = theOnly(calls);
  const attempt: Attempt = {
    call,
    verdicts: verdicts.flatMap((verdict, i) =>
      call.carriers.slice(i, i + 1).map((carrier) => [carrier, verdict] as const),
    ),
    isHeld: false,
    isClaimed: true,
    suspects,
    info: { id: 'call', size: jobs.length, attempts: 1 },
    timing: timingOf(1, 2),
  };
  await tell(attempt);
  return { looks, openIntent: theOnly(list) };
};

describe('a service that answered, and did not tell of a job, has done what it does: a look tells', () => {
  it('each by its own status: what took effect is delivered', async () => {
    const statuses = { 2: 'job_running', 3: 'job_savepointing', 4: 'job_init', 5: 'untold' };
    const { looks, openIntent } = await report(
      [DELIVERED, MAYBE, MAYBE, MAYBE, MAYBE, MAYBE],
      statuses,
    );
    expect(looks).toEqual([['2', '3', '4', '5', '6']]);
    const told = openIntent.record.verdicts.map((verdict) => [verdict?.outcome, verdict?.evidence]);
    expect(told).toEqual([
      ['delivered', 'positional'],
      ['delivered', 'observed'],
    ]);
    // Still on its way, untold or unseen: it may have been served. So may what does not show yet.
    expect([...openIntent.record.requests]).toEqual([
      [2, maybeServed('ours')],
      [3, maybeServed('ours')],
      [4, maybeServed('ours')],
      [5, maybeServed('ours')],
    ]);
    expect(openIntent.record.isChanged).toBe(true);
  });

  it('what was refused together and not told apart is noted so, that it may be parted next time', async () => {
    const notSent: Verdict = { kind: 'unanswered', served: 'no', reason: 'no time' };
    const { openIntent } = await report([notSent, MAYBE, DELIVERED], { 2: 'job_savepointing' }, 8);
    expect([...openIntent.record.requests]).toEqual([
      [0, unserved('ours', 8)],
      [1, maybeServed('ours', 8)],
    ]);
  });

  it('no look is sent for a job that was told of, nor for one that was surely not served', async () => {
    const later: Verdict = { kind: 'unanswered', served: 'maybe yet', reason: 'timeout' };
    const never: Verdict = { kind: 'unanswered', served: 'no', reason: 'throttled' };
    const { looks, openIntent } = await report([DELIVERED, later, never]);
    expect(looks).toEqual([['2']]);
    expect([...openIntent.record.requests]).toEqual([
      [1, maybeServed('ours')],
      [2, unserved('ours')],
    ]);
  });
});
