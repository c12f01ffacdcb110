import { describe, expect, it } from 'vitest';
import type { Attempt } from '../../shared/control/attempt.ts';
import { makeSettleAttempt } from '../../shared/control/settle-attempt.ts';
import { wakesAt } from '../../shared/control/waiting.ts';
import { timingOf } from '../../shared/intent/result.ts';
import type { Verdict } from '../../shared/reply/verdict.ts';
import { unserved } from '../support/noted.ts';
import { openWishes, theOnly } from '../support/records-room.ts';
import { seen } from '../support/sightings.ts';

const SILENT: Verdict = { kind: 'unanswered', served: 'maybe yet', reason: 'timeout' };
const UNREADABLE: Verdict = { kind: 'unanswered', served: 'maybe', reason: 'no verdict in it' };
const UNSENT: Verdict = { kind: 'unanswered', served: 'no', reason: 'no time left' };
const DELIVERED: Verdict = { kind: 'delivered', evidence: 'positional' };
const REFUSED: Verdict = {
  kind: 'rejected',
  evidence: 'keyed',
  error: { code: 'DLI.0999', message: 'words' },
  doubtful: true,
};

const [CALLED, ENDED] = [100_000, 120_000];
const [SETTLE, CAREFUL, LEASE] = [30_000, 90_000, 500_000];
const UNTIL = ENDED + SETTLE;

interface Options {
  readonly recordsEnds?: boolean;
  readonly statuses?: Readonly<Record<string, string>>;
  readonly options?: Readonly<Record<string, boolean>>;
  readonly clearFrom?: number;
}

/** What the open intent knows of the jobs 1, 2, … after one attempt that ended without an answer for some of them. */
const report = async (verdicts: readonly Verdict[], given: Options = {}) => {
  const { recordsEnds = true, statuses = {}, options = {}, clearFrom = 0 } = given;
  const jobs = verdicts.map((_, i) => String(i + 1));
  // Two ask for the same jobs.
  const { openIntents: list, calls } = openWishes({ jobs, options }, { jobs, options });
  const call = theOnly(calls);
  const tell = makeSettleAttempt({
    invocation: 'ours',
    recordsEnds,
    restartDelaySeconds: 10,
    leaseMs: LEASE,
    settleMs: ({ repeatHarms }, some) => (repeatHarms(some) ? CAREFUL : SETTLE),
    now: () => ENDED,
    clearFrom: () => clearFrom,
    lookAt: async (_, __, some) =>
      new Map(
        some.flatMap((job) => {
          const status = statuses[job];
          return status === undefined ? [] : [[job, seen(status)] as const];
        }),
      ),
  });
  const attempt: Attempt = {
    call,
    verdicts: call.carriers.map((carrier, i) => [carrier, verdicts[i] ?? UNSENT] as const),
    isHeld: false,
    isClaimed: true,
    info: { id: 'call', size: jobs.length, attempts: 1 },
    timing: timingOf(CALLED, ENDED),
  };
  await tell(attempt);
  const [first, second] = list;
  if (first === undefined || second === undefined) throw new Error('not two open intents');
  expect([...second.record.ends]).toEqual([...first.record.ends]);
  return first;
};

const end = (until: number) => ({ invocation: 'ours', until });

describe('where a request ended without an answer its record says until when it may take effect', () => {
  it('so long after its end, not after its beginning; of each job in doubt, for all who ask', async () => {
    const openIntent = await report([SILENT, DELIVERED, UNREADABLE, UNSENT]);
    expect([...openIntent.record.ends]).toEqual([
      [0, end(UNTIL)],
      [2, end(UNTIL)],
    ]);
  });

  it('longer where a repeat would do harm', async () => {
    const openIntent = await report([SILENT], { options: { resume_savepoint: true } });
    expect([...openIntent.record.ends]).toEqual([[0, end(ENDED + CAREFUL)]]);
  });

  it('also of a job that a look shows as served: it has its verdict, and the fence stays', async () => {
    const openIntent = await report([SILENT, UNREADABLE], {
      statuses: { 1: 'job_running', 2: 'job_running' },
    });
    expect(openIntent.record.verdicts.map((verdict) => verdict?.evidence)).toEqual([
      'observed',
      'observed',
    ]);
    expect([...openIntent.record.ends]).toEqual([
      [0, end(UNTIL)],
      [1, end(UNTIL)],
    ]);
  });

  it('not of one that was surely not served, though nothing tells why', async () => {
    const openIntent = await report([REFUSED, UNSENT]);
    expect([openIntent.record.ends.size, [...openIntent.record.requests.keys()]]).toEqual([
      0,
      [0, 1],
    ]);
  });

  it('not while a release runs that cannot read it: the lease counts', async () => {
    const openIntent = await report([SILENT, UNREADABLE], { recordsEnds: false });
    expect(openIntent.record.ends.size).toBe(0);
    expect(wakesAt(openIntent)).toBe(CALLED + LEASE);
  });
});

describe('the message comes back when the first of its jobs can be told of', () => {
  it('when a status may have come that is late, if all of its jobs wait for that', async () => {
    expect(wakesAt(await report([SILENT, UNREADABLE]))).toBe(ENDED + 10_000);
  });

  it('sooner if one of them does not', async () => {
    expect(wakesAt(await report([SILENT, UNSENT]))).toBeUndefined();
  });

  it('one that was refused, and at which no look counts yet, when one does', async () => {
    const clearFrom = ENDED + 7;
    const openIntent = await report([REFUSED], { statuses: { 1: 'job_running' }, clearFrom });
    expect([openIntent.record.verdicts, wakesAt(openIntent)]).toEqual([[], clearFrom]);
    expect([...openIntent.record.requests]).toEqual([[0, unserved('ours')]]);
  });

  it.each([
    ['in doubt', SILENT, ENDED + 10_000],
    ['not sent', UNSENT, undefined],
  ])(
    'one that was %s, when it would at any time: no refusal has to be explained',
    async (_, verdict, at) => {
      expect(wakesAt(await report([verdict], { clearFrom: ENDED + 20_000 }))).toBe(at);
    },
  );

  it('one that was refused, and that a look does not show, as soon as any other', async () => {
    expect(wakesAt(await report([REFUSED], { clearFrom: ENDED }))).toBeUndefined();
  });
});
