import { describe, expect, it } from 'vitest';
import { reconsider } from '../../shared/control/reconsider.ts';
import { timingOf } from '../../shared/intent/result.ts';
import { jobIdOf, type OperationName } from '../../shared/operations/operation.ts';
import type { Verdict } from '../../shared/reply/verdict.ts';
import { openWishes, theOnly } from '../support/records-room.ts';
import { seen } from '../support/sightings.ts';

const SILENT: Verdict = { kind: 'unanswered', served: 'maybe yet', reason: 'timeout' };
const UNREADABLE: Verdict = { kind: 'unanswered', served: 'maybe', reason: 'no verdict in it' };
const UNSENT: Verdict = { kind: 'unanswered', served: 'no', reason: 'no time left' };
const DELIVERED: Verdict = { kind: 'delivered', evidence: 'positional' };
const OBSERVED: Verdict = { kind: 'delivered', evidence: 'observed' };
const UNSERVED: Verdict = {
  kind: 'unanswered',
  served: 'no',
  reason: 'refused with DLI.0999, and no look tells why',
};
const refused = (doubtful: boolean): Verdict => ({
  kind: 'rejected',
  evidence: 'keyed',
  error: { code: 'DLI.0999', message: 'words' },
  doubtful,
});

/** The request began then, in milliseconds since 1970; the looks after it. */
const [CALLED, SEEN] = [1_000_000, 1_000_040];

interface WantedJob {
  readonly operation?: OperationName;
  /** By job; others show nothing. */
  readonly statuses?: Readonly<Record<string, string>>;
  readonly startedAt?: number;
  /** When a look counts for a job. */
  readonly clearFrom?: Readonly<Record<string, number>>;
  readonly recordsEnds?: boolean;
}

/** The verdicts on the jobs 1, 2, … of one attempt after the looks, and what these asked for. */
const ask = async (verdicts: readonly Verdict[], asked: WantedJob = {}) => {
  const { operation = 'dli.run', statuses = {}, startedAt, recordsEnds = true } = asked;
  const jobs = verdicts.map((_, i) => String(i + 1));
  const call = theOnly(openWishes({ operation, jobs }).calls);
  const looks: (readonly string[])[] = [];
  const attempt = {
    call,
    verdicts: call.carriers.map((carrier, i) => [carrier, verdicts[i] ?? UNSENT] as const),
    isHeld: false,
    isClaimed: true,
    info: { id: 'call', size: jobs.length, attempts: 1 },
    timing: timingOf(CALLED, SEEN),
  };
  const after = await reconsider(attempt, {
    now: () => SEEN,
    recordsEnds,
    clearFrom: ({ job }) => asked.clearFrom?.[jobIdOf(job)] ?? 0,
    lookAt: async (_, __, some) => {
      looks.push(some);
      return new Map(
        some.flatMap((job) => {
          const status = statuses[job];
          return status === undefined ? [] : [[job, seen(status, startedAt)] as const];
        }),
      );
    },
  });
  return { after, looks };
};

const all = (count: number, status: string) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [String(i + 1), status]));
const named = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => String(from + i));

describe('after a request without any reply a few of its jobs are looked at first', () => {
  it('three; the others too if one of them shows as served', async () => {
    const statuses = { 3: 'job_running', 4: 'job_running', 6: 'job_submitting' };
    const { after, looks } = await ask(Array(6).fill(SILENT), { statuses });
    expect(looks).toEqual([named(1, 3), named(4, 6)]);
    expect(after).toEqual([SILENT, SILENT, OBSERVED, OBSERVED, SILENT, OBSERVED]);
  });

  it('and no more if none does: most often none was served', async () => {
    const statuses = { 1: 'job_init', 2: 'job_canceling', 4: 'job_running' };
    const { after, looks } = await ask(Array(6).fill(SILENT), { statuses });
    expect(looks).toEqual([named(1, 3)]);
    expect(after).toEqual(Array(6).fill(SILENT));
  });

  it('three are all there are', async () => {
    const { after, looks } = await ask(Array(3).fill(SILENT), { statuses: all(3, 'job_running') });
    expect(looks).toEqual([named(1, 3)]);
    expect(after).toEqual(Array(3).fill(OBSERVED));
  });

  it('as many as one look takes, where that is more', async () => {
    const statuses = { 100: 'STARTJOBING', 101: 'STARTJOBING' };
    const { after, looks } = await ask(Array(101).fill(SILENT), {
      operation: 'drs.start',
      statuses,
    });
    expect(looks).toEqual([named(1, 100), ['101']]);
    expect(after.flatMap((one, i) => (one === SILENT ? [] : [i + 1]))).toEqual([100, 101]);
  });

  it('none while a release runs beside that does not know when a request ended', async () => {
    const verdicts = [SILENT, UNREADABLE, SILENT];
    const { after, looks } = await ask(verdicts, {
      statuses: all(3, 'job_running'),
      recordsEnds: false,
    });
    expect(looks).toEqual([['2']]);
    expect(after).toEqual([SILENT, OBSERVED, SILENT]);
  });

  it('what does not show as served stays open, whatever else shows', async () => {
    for (const status of [
      'job_init',
      'job_cancel_success',
      'job_canceling',
      'untold',
      'unasked',
      'x',
    ])
      expect((await ask([SILENT], { statuses: { 1: status } })).after).toEqual([SILENT]);
  });

  it('a job that runs since before the request does not show that this was served', async () => {
    const before = await ask([SILENT, UNREADABLE], {
      statuses: all(2, 'job_running'),
      startedAt: CALLED - 60_001,
    });
    expect(before.after).toEqual([SILENT, UNREADABLE]);
    const since = await ask([SILENT, UNREADABLE], {
      statuses: all(2, 'job_running'),
      startedAt: CALLED - 60_000,
    });
    expect(since.after).toEqual([OBSERVED, OBSERVED]);
  });
});

describe('what a reply leaves in doubt is looked at at once, all of it', () => {
  it('beside the first few of those without a reply; what is certain is not', async () => {
    const verdicts = [
      DELIVERED,
      UNSENT,
      refused(false),
      ...Array(4).fill(UNREADABLE),
      ...Array(4).fill(SILENT),
    ];
    const { after, looks } = await ask(verdicts, { statuses: { 7: 'job_running' } });
    expect(looks).toEqual([[...named(4, 7), ...named(8, 10)], ['11']]);
    expect(after).toEqual(verdicts.map((verdict, i) => (i === 6 ? OBSERVED : verdict)));
  });

  it('nothing is asked where nothing is in doubt', async () => {
    const verdicts = [DELIVERED, UNSENT, refused(false)];
    expect(await ask(verdicts)).toEqual({ after: verdicts, looks: [] });
  });

  it.each<[status: string | undefined, after: Verdict]>([
    ['job_running', OBSERVED],
    ['job_init', refused(true)],
    ['job_finish', refused(true)],
    ['untold', refused(true)],
    ['job_canceling', UNSERVED],
    ['unasked', UNSERVED],
    [undefined, UNSERVED],
  ])('a refused job that is %s', async (status, expected) => {
    const statuses: Record<string, string> = status === undefined ? {} : { 1: status };
    expect((await ask([refused(true)], { statuses })).after).toEqual([expected]);
  });
});

describe('a status that may be older than what was done to the job before proves nothing', () => {
  const statuses = all(3, 'job_running');
  const verdicts = [SILENT, UNREADABLE, refused(true)];

  it('what may have been served stays open, and what was refused comes back', async () => {
    const clearFrom = { 1: SEEN + 1, 2: SEEN + 1, 3: SEEN + 1 };
    const { after } = await ask(verdicts, { statuses, clearFrom });
    expect(after).toEqual([SILENT, UNREADABLE, UNSERVED]);
  });

  it('from then on it does, job by job', async () => {
    const clearFrom = { 1: SEEN, 2: SEEN + 1, 3: SEEN };
    const { after } = await ask(verdicts, { statuses, clearFrom });
    expect(after).toEqual([OBSERVED, UNREADABLE, OBSERVED]);
  });
});
