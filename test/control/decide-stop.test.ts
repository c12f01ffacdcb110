import { describe, expect, it } from 'vitest';
import { decide } from '../../shared/control/decide.ts';
import type { Call } from '../../shared/control/planned.ts';
import type { RecordedVerdict, RequestEnd } from '../../shared/ledger/block-record.ts';
import { jobKeyOf } from '../../shared/ledger/job-record.ts';
import type { Records } from '../../shared/ledger/records.ts';
import { jobIdOf } from '../../shared/operations/operation.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { idAt, NOW, type Wish } from '../support/messages.ts';
import { maybeServed } from '../support/noted.ts';
import { openWishes, startRecords, theOnly } from '../support/records-room.ts';
import { seen } from '../support/sightings.ts';

const AT = Date.parse(NOW);
const [SETTLE, POLL] = [30_000, 10_000];

/** What the ledger knows of the last stop of the job. */
interface Stop {
  readonly verdict?: Pick<RecordedVerdict, 'outcome' | 'evidence'>;
  /** How long ago it was settled. */
  readonly agoMs?: number;
  readonly asked?: boolean;
  readonly end?: RequestEnd;
  readonly clearFrom?: number;
}

const delivered = { outcome: 'delivered', evidence: 'keyed' } as const;

/** Writes what the ledger knows of the last stop of a call's only job. */
const writeStop = async (records: Records, call: Call, stop: Stop): Promise<void> => {
  const { verdict, agoMs = 0, asked = false, end, clearFrom } = stop;
  const { job } = theOnly(call.carriers);
  const settledAt = AT - agoMs;
  const claim = {
    block: 'the block of the stop',
    index: 0,
    invocation: 'theirs',
    at: settledAt,
    until: AT + 60_000,
    ...(clearFrom !== undefined && { clearFrom }),
  };
  const record = { newest: idAt(4), operation: 'dli.stop', claim } as const;
  await records.jobs.write(jobKeyOf('dli', call.project_id, jobIdOf(job)), record, undefined);
  const state = {
    invocation: 'theirs',
    verdicts: verdict ? [{ ...verdict, calledAt: settledAt, settledAt }] : [],
    published: new Set<number>(),
    requests: new Map(asked ? [[0, maybeServed('theirs')]] : []),
    ends: new Map(end ? [[0, end]] : []),
  };
  await records.blocks.write('the block of the stop', state, undefined);
};

/** How one run of the job 1 after its stop is decided, with the job in that state. */
const decideRun = async (stop: Stop, status: string, wish: Wish = {}) => {
  const call = theOnly(openWishes({ age: 5, jobs: ['1'], ...wish }).calls);
  const { records } = startRecords(memoryLedger());
  await writeStop(records, call, stop);
  let looks = 0;
  const decided = await decide([call], {
    records,
    now: () => AT,
    settleMs: ({ name }) => (name === 'dli.stop' ? SETTLE : 10 * SETTLE),
    pollMs: POLL,
    lookAt: async (_, __, jobs) => {
      looks++;
      return new Map(jobs.map((one) => [one, seen(status)]));
    },
  });
  const way = [
    ['called', decided.candidates.size],
    ['not stopped', decided.notStopped.length],
    ['observed', decided.observed.length],
  ].flatMap(([name, count]) => (count === 0 ? [] : [name]));
  const [wake] = decided.wakes.values();
  const [candidate] = [...decided.candidates.values(), ...decided.notStopped];
  return { looks, way: way.join(), wake, clearFrom: candidate?.clearFrom };
};

describe('a run whose stop was delivered', () => {
  it.each(['job_cancel_success', 'job_running_exception', 'job_cancel_fail', 'job_running'])(
    'looks no sooner than a status must be newer than the stop, and then at once: %s',
    async (status) => {
      const early = { verdict: delivered, agoMs: SETTLE - 1 };
      expect(await decideRun(early, status)).toMatchObject({ looks: 0, way: '', wake: AT + 1 });
      const { looks, way } = await decideRun({ verdict: delivered, agoMs: SETTLE }, status);
      const isStill = ['job_cancel_success', 'job_running_exception'].includes(status);
      expect([looks, way]).toEqual([1, isStill ? 'called' : 'not stopped']);
    },
  );

  it('how late statuses are is the stop’s matter, not the run’s', async () => {
    const options = { resume_savepoint: true };
    const stop = { verdict: delivered, agoMs: SETTLE };
    expect((await decideRun(stop, 'job_cancel_success', { options })).way).toBe('called');
  });

  it.each([
    [SETTLE, POLL],
    [8 * POLL, 2 * POLL],
    [3_600_000, 900_000],
  ])('one that takes %i ms so far is looked at again in %i ms', async (agoMs, wakeMs) => {
    expect(await decideRun({ verdict: delivered, agoMs }, 'job_canceling')).toMatchObject({
      looks: 1,
      way: '',
      wake: AT + wakeMs,
    });
  });

  it('a stop that was seen to be over needs no time to show, and none but its end', async () => {
    const verdict = { outcome: 'delivered', evidence: 'observed' } as const;
    const end = { invocation: 'theirs', until: AT + 7 };
    expect(await decideRun({ verdict, end }, 'job_cancel_success')).toMatchObject({
      looks: 0,
      way: '',
      wake: AT + 7,
    });
    const over = { verdict, end: { ...end, until: AT } };
    expect(await decideRun(over, 'job_cancel_success')).toMatchObject({ looks: 1, way: 'called' });
  });
});

describe('a run whose stop was not delivered', () => {
  it('goes where no stop is under way, and has its own answer', async () => {
    const refused = { verdict: { outcome: 'rejected', evidence: 'keyed' } } as const;
    for (const status of ['job_running', 'job_cancel_fail', 'job_init'])
      expect(await decideRun(refused, status)).toMatchObject({ looks: 1, way: 'called' });
    expect(await decideRun(refused, 'job_canceling')).toMatchObject({ looks: 1, way: '' });
  });

  it('polls while it is not settled, from its claim on', async () => {
    const { looks, wake } = await decideRun({ agoMs: 8 * POLL }, 'job_running');
    expect([looks, wake]).toEqual([0, AT + 2 * POLL]);
  });

  it('waits until its request cannot take effect any more', async () => {
    const end = { invocation: 'theirs', until: AT + 9 };
    const { looks, wake } = await decideRun({ asked: true, end }, 'job_running');
    expect([looks, wake]).toEqual([0, AT + 9]);
  });
});

describe('the claim of a run after its stop', () => {
  it('is to tell from when on a status is newer than the stop', async () => {
    const stop = { verdict: delivered, agoMs: SETTLE };
    expect((await decideRun(stop, 'job_cancel_success')).clearFrom).toBe(AT);
  });

  it('or than what was done before a stop that did nothing', async () => {
    const refused = { verdict: { outcome: 'rejected', evidence: 'keyed' }, clearFrom: AT } as const;
    expect((await decideRun(refused, 'job_running')).clearFrom).toBe(AT);
    const early = { ...refused, clearFrom: AT + 1 };
    expect(await decideRun(early, 'job_running')).toMatchObject({
      looks: 0,
      way: '',
      wake: AT + 1,
    });
  });
});

describe('after a delivered stop, another stop', () => {
  it('goes at once, and hands on that the last one may not show yet', async () => {
    const again = { operation: 'dli.stop' } as const;
    expect(await decideRun({ verdict: delivered }, 'job_running', again)).toEqual({
      looks: 0,
      way: 'called',
      wake: undefined,
      clearFrom: AT + SETTLE,
    });
  });
});
