import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Queued } from '../../shared/intent/plan.ts';
import type { Reply } from '../../shared/reply/reply.ts';
import { message, refusal, type SeenCall, startControlRoom, YES } from '../support/control-room.ts';
import { foldModel } from '../support/fold-model.ts';
import { NOW } from '../support/messages.ts';
import { replied } from '../support/replies.ts';
import { workload } from '../support/workloads.ts';

/** What the upstream does with a job. */
type Fate = 'yes' | 'no' | 'later';

const sumOf = (text: string): number =>
  [...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 9_973, 7);

const ROW: Record<Fate, object> = { yes: YES, no: refusal('DLI.13024'), later: {} };
const TASK: Record<Fate, object> = {
  yes: { status: 'success' },
  no: { status: 'failed', error_code: 'DRS.M00305' },
  later: { status: 'failed', error_code: 'DRS.M01504' },
};

const answerWith =
  (fateOf: (job: string) => Fate) =>
  ({ path, jobs }: SeenCall): Reply =>
    path.startsWith('/v3/')
      ? replied(202, { results: jobs.map((id) => ({ id, ...TASK[fateOf(id)] })) })
      : replied(
          400,
          jobs.map((id) => ROW[fateOf(id)]),
        );

/** The outcome that a place in the model leads to, or none. */
const outcomeOf = (where: string, fate: Fate): string | undefined => {
  const [kind = ''] = where.split(' ');
  if (kind === 'superseded' || kind === 'expired') return kind;
  if (kind === 'waits' || fate === 'later') return undefined;
  return fate === 'yes' ? 'delivered' : 'rejected';
};

/** What must come of a batch: which messages stay, and which events there are. */
const expected = (
  queued: readonly Queued[],
  fateOf: (job: string) => Fate,
  publishes: (id: string) => boolean,
) => {
  const stays = new Set<string>();
  const events = new Map<string, string>();
  for (const { who, job, where } of foldModel(queued, NOW)) {
    const [messageId = '', intentId = ''] = who.split(' ');
    const id = job.split(' ').at(-1) ?? '';
    const resultId = `${intentId}/${id}`;
    const outcome = outcomeOf(where, fateOf(id));
    if (outcome === undefined || !publishes(resultId)) stays.add(messageId);
    else events.set(resultId, outcome);
  }
  return { stays: [...stays].toSorted(), events: [...events].toSorted() };
};

describe('a message is done when every job of it has its one event, and not before (P1, P2)', () => {
  it('for any batch, any verdicts and any failures to publish', async () => {
    const fates = fc.array(fc.constantFrom<Fate>('yes', 'yes', 'no', 'later'), {
      minLength: 7,
      maxLength: 7,
    });
    const losses = fc.array(fc.boolean(), { minLength: 11, maxLength: 11 });
    await fc.assert(
      fc.asyncProperty(
        workload(10),
        fates,
        losses,
        fc.integer({ min: 1, max: 4 }),
        async (queued, fate, lost, most) => {
          const fateOf = (job: string): Fate => fate[sumOf(job) % fate.length] ?? 'yes';
          const publishes = (id: string): boolean => lost[sumOf(id) % lost.length] !== true;
          const { run, results, postponed } = startControlRoom({
            reply: answerWith(fateOf),
            publishes: ({ result_id }) => publishes(result_id),
            maxJobsPerCall: most,
          });
          const staying = await run(
            queued.map(({ from, intent }) => message(from, JSON.stringify(intent))),
          );
          const { stays, events } = expected(queued, fateOf, publishes);
          expect(staying.toSorted()).toEqual(stays);
          expect([...postponed.keys()].toSorted()).toEqual(stays);
          expect(results.map(({ result_id, outcome }) => [result_id, outcome]).toSorted()).toEqual(
            events,
          );
        },
      ),
      { numRuns: 400 },
    );
  });
});
