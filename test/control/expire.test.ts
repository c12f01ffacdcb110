import { describe, expect, it } from 'vitest';
import { type ExpireOptions, expireByLedger, expireByLooks } from '../../shared/control/expire.ts';
import type { OpenIntent } from '../../shared/control/open-intent.ts';
import { isWaiting } from '../../shared/control/waiting.ts';
import { planCalls } from '../../shared/intent/plan.ts';
import type { RecordedVerdict } from '../../shared/ledger/block-record.ts';
import { jobKeyOf } from '../../shared/ledger/job-record.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import type { Records } from '../../shared/ledger/records.ts';
import { jobIdOf } from '../../shared/operations/operation.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { idAt, NOW } from '../support/messages.ts';
import { maybeServed } from '../support/noted.ts';
import { openWishes, startRecords, theOnly } from '../support/records-room.ts';
import { seen } from '../support/sightings.ts';

const DEADLINE = Date.parse(NOW);
const GRACE = 660_000;
const CLAIMED = DEADLINE - 600_000;
/** Longer ago than clocks may differ: not the start that was asked for. */
const BEFORE = CLAIMED - 60_001;

interface World {
  /** What the ledger knows of each job: that its own request may have been served, or was; or one that it shared. */
  readonly known?: Readonly<Record<string, 'unclear' | 'served' | 'served for another'>>;
  readonly statuses?: Readonly<Record<string, string>>;
  readonly lateMs?: number;
  /** When the jobs were last started, and from when on a status counts. */
  readonly startedAt?: number;
  readonly clearFrom?: number;
  /** Until when an unclear request may take effect. */
  readonly until?: number;
  readonly trouble?: Partial<Ledger>;
}

/** What is known of an open intent one of whose jobs was asked for in vain. */
const unanswered = (index: number, until: number) => ({
  invocation: 'earlier',
  verdicts: [],
  published: new Set<number>(),
  requests: new Map([[index, maybeServed('earlier')]]),
  ends: new Map([[index, { invocation: 'earlier', until }]]),
});

/** Writes what the ledger knows of the jobs of an open intent. */
const writeKnown = async (
  records: Records,
  openIntent: OpenIntent,
  { known = {}, clearFrom, until }: World,
): Promise<void> => {
  const { intent } = openIntent;
  for (const [index, job] of intent.jobs.entries()) {
    const id = jobIdOf(job);
    const what = known[id];
    if (what === undefined) continue;
    const holder = what === 'unclear' ? openIntent.key : `another for ${id}`;
    const claim = {
      block: holder,
      index,
      invocation: 'earlier',
      at: CLAIMED,
      until: DEADLINE,
      ...(clearFrom !== undefined && { clearFrom }),
    };
    const key = jobKeyOf('dli', intent.project_id, id);
    await records.jobs.write(key, { newest: idAt(2), operation: 'dli.run', claim }, undefined);
    if (what === 'unclear') {
      if (until !== undefined)
        await records.blocks.write(holder, unanswered(index, until), undefined);
      continue;
    }
    const verdicts: RecordedVerdict[] = [];
    verdicts[index] = { outcome: 'delivered', evidence: 'keyed', calledAt: 0, settledAt: 0 };
    const state = { invocation: 'earlier', verdicts, published: new Set<number>() };
    await records.blocks.write(holder, { ...state, requests: new Map() }, undefined);
    if (what === 'served') openIntent.noteRequest(id, { invocation: 'earlier', mayBeServed: true });
  }
};

/** How the jobs 1, 2 and 3 of one intent end. */
const end = async (world: World) => {
  const { statuses = {}, lateMs = 0, trouble = {}, startedAt } = world;
  const at = new Date(DEADLINE + lateMs).toISOString();
  const { openIntents: list } = openWishes({ jobs: ['1', '2', '3'], expires_at: NOW });
  const openIntent = theOnly(list);
  const { intent } = openIntent;
  const { settled } = planCalls([{ from: openIntent, intent }], at);
  const { records } = startRecords({ ...memoryLedger(), ...trouble });
  await writeKnown(records, openIntent, world);
  const looks: unknown[] = [];
  const options: ExpireOptions = {
    now: () => Date.parse(at),
    graceMs: GRACE,
    lookAt: async ({ name }, project, jobs) => {
      looks.push([name, project, jobs]);
      return new Map(
        jobs.flatMap((job) => {
          const status = statuses[job];
          return status === undefined ? [] : [[job, seen(status, startedAt)] as const];
        }),
      );
    },
  };
  const { decisions, inDoubt } = await expireByLedger(settled, { records, now: options.now });
  const endings = new Map([...decisions, ...(await expireByLooks(inDoubt, options))]);
  return {
    endings: settled.map((one) => [one.job_id, endings.get(one)]),
    looks,
    project: intent.project_id,
    isOutOfTime: isWaiting(openIntent.waits, 'no time'),
  };
};

describe('how jobs end whose deadline has passed', () => {
  it('is known without a look if no request was sent for them, or a reply told', async () => {
    const { endings, looks } = await end({
      known: { 2: 'served', 3: 'served for another' },
    });
    expect(endings).toEqual([
      ['1', 'expired'],
      ['2', 'observed'],
      ['3', 'expired'],
    ]);
    expect(looks).toEqual([]);
  });

  it('is looked at if the fate of their requests is unknown: those jobs, at once', async () => {
    const { endings, looks, project, isOutOfTime } = await end({
      known: { 1: 'unclear', 3: 'unclear' },
      statuses: { 1: 'job_running', 3: 'job_init' },
    });
    expect(endings).toEqual([
      ['1', 'observed'],
      ['2', 'expired'],
      ['3', 'expired'],
    ]);
    expect(looks).toEqual([['dli.run', project, ['1', '3']]]);
    expect(isOutOfTime).toBe(false);
  });

  it.each<[status: string | undefined, inTime: string, after: string]>([
    ['job_running', 'observed', 'observed'],
    ['job_init', 'expired', 'expired'],
    ['job_downloading', 'observed', 'observed'],
    ['job_canceling', 'wait', 'expired'],
    ['untold', 'wait', 'expired'],
    ['unasked', 'wait', 'expired'],
    [undefined, 'wait', 'expired'],
  ])('with the job %s: %s, and once that was tried for long enough %s', async (status, ...ends) => {
    const statuses: Record<string, string> = status === undefined ? {} : { 2: status };
    for (const [i, lateMs] of [GRACE - 1, GRACE].entries()) {
      const { endings } = await end({ known: { 2: 'unclear' }, statuses, lateMs });
      expect(endings[1]).toEqual(['2', ends[i]]);
    }
  });

  it.each([
    ['unasked', true],
    ['untold', false],
    ['job_canceling', false],
  ])('with the job %s, there was no time for it: %s', async (status, expected) => {
    const { isOutOfTime } = await end({ known: { 2: 'unclear' }, statuses: { 2: status } });
    expect(isOutOfTime).toBe(expected);
  });

  it.each<[status: string, startedAt: number, whileItMay: string, after: string]>([
    ['job_running', CLAIMED, 'observed', 'observed'],
    ['job_running', BEFORE, 'wait', 'observed'],
    ['job_finish', CLAIMED, 'observed', 'observed'],
    ['job_finish', BEFORE, 'wait', 'expired'],
    ['job_init', CLAIMED, 'wait', 'expired'],
    ['job_canceling', CLAIMED, 'wait', 'wait'],
  ])(
    'with the job %s, started at %i: %s while its request may take effect, and then %s',
    async (status, startedAt, ...ends) => {
      for (const [i, until] of [DEADLINE + 1, DEADLINE].entries()) {
        const statuses = { 2: status };
        const { endings } = await end({ known: { 2: 'unclear' }, statuses, startedAt, until });
        expect(endings[1]).toEqual(['2', ends[i]]);
      }
    },
  );

  it.each([
    ['job_running', 'observed'],
    ['job_init', 'expired'],
  ])('no look counts while it may show what was done before: %s', async (status, after) => {
    const world = { known: { 2: 'unclear' }, statuses: { 2: status } } as const;
    const early = await end({ ...world, clearFrom: DEADLINE + 1 });
    expect(early.endings[1]).toEqual(['2', 'wait']);
    const clear = await end({ ...world, clearFrom: DEADLINE });
    expect(clear.endings[1]).toEqual(['2', after]);
  });

  it('is told of none where the ledger is out of reach, however late it is', async () => {
    const trouble = { read: async () => undefined };
    const { endings, looks } = await end({ trouble, lateMs: 10 * GRACE });
    expect([endings.map(([, ending]) => ending), looks]).toEqual([['wait', 'wait', 'wait'], []]);
  });
});
