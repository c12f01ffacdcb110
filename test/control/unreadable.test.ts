import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Received } from '../../shared/control/received.ts';
import { message, refusal, type SeenCall, startControlRoom, YES } from '../support/control-room.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { replied } from '../support/replies.ts';
import { workload } from '../support/workloads.ts';

/** Yes or no by the id, so that two runs of the same calls hear the same. */
const answer = ({ path, jobs }: SeenCall) => {
  const isRefused = (job: string) => job.charCodeAt(job.length - 1) % 3 === 0;
  return path.startsWith('/v3/')
    ? replied(202, { results: jobs.map((id) => ({ id, status: 'success' })) })
    : replied(
        200,
        jobs.map((job) => (isRefused(job) ? refusal('DLI.0002') : YES)),
      );
};

/** What comes of a batch, and what its readable messages have to do with it. */
const runOn = async (batch: readonly Received[], deadLetter: () => Promise<boolean>) => {
  const ledger = memoryLedger();
  const room = startControlRoom({ ledger, reply: answer, takesDeadLetters: deadLetter });
  const staying = await room.run(batch);
  const { calls, looks, results, postponed } = room;
  const written = [...ledger.entries.values()].map(({ key, body }) => [key, body]);
  return { staying, calls, looks, results, postponed, written, deadLettered: room.deadLettered };
};

const junk = fc.oneof(
  fc.string(),
  fc.json(),
  fc.constant('{"v":2,"intent_id":"from the future"}'),
  fc.constant('{"v":1}'),
);

describe('what cannot be read delays no other message (P8)', () => {
  it('all that is done for the others is as if it was not there, in any batch and at any place', async () => {
    await fc.assert(
      fc.asyncProperty(
        workload(8),
        fc.array(fc.tuple(junk, fc.nat(20)), { minLength: 1, maxLength: 5 }),
        fc.boolean(),
        async (queued, unreadable, takesDeadLetters) => {
          const readable = queued.map(({ from, intent }) => message(from, JSON.stringify(intent)));
          const mixed = [...readable];
          unreadable.forEach(([body, place], i) => {
            mixed.splice(place % (mixed.length + 1), 0, message(`junk ${i}`, body));
          });
          const alone = await runOn(readable, async () => true);
          const { staying, postponed, deadLettered, ...among } = await runOn(
            mixed,
            async () => takesDeadLetters,
          );
          const isJunk = (id: string) => id.startsWith('junk');
          expect(deadLettered).toHaveLength(unreadable.length);
          expect(staying.filter(isJunk)).toHaveLength(takesDeadLetters ? 0 : unreadable.length);
          expect({
            ...among,
            staying: staying.filter((id) => !isJunk(id)),
            postponed: new Map([...postponed].filter(([id]) => !isJunk(id))),
            deadLettered: [],
          }).toEqual(alone);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('no result waits for its moved: all are out while that is under way', async () => {
    const moved = Promise.withResolvers<boolean>();
    const told = Promise.withResolvers<void>();
    const room = startControlRoom({
      takesDeadLetters: () => moved.promise,
      publishes: () => {
        told.resolve();
        return true;
      },
    });
    const ended = room.run([message('junk', '{'), message('m', { jobs: ['1'] })]);
    await told.promise;
    expect([room.calls.length, room.results.length, room.deadLettered.length]).toEqual([1, 0, 1]);
    moved.resolve(true);
    expect(await ended).toEqual([]);
    expect(room.results.map(({ job_id }) => job_id)).toEqual(['1']);
  });
});
