import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AcceptedOnce } from '../../shared/accept/accept-once.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { beginOnce, type Fate, type OnceRequest, saidBy } from '../support/once-room.ts';

/** One move of a history: a request comes, one effect that waits goes on, or time goes by. */
type Move =
  | {
      readonly kind: 'ask';
      readonly request: OnceRequest;
      /** After so many effects its function dies. */
      readonly lives: number;
    }
  | { readonly kind: 'step'; readonly which: number }
  | { readonly kind: 'tick'; readonly ms: number };

const ask = (by: fc.Arbitrary<OnceRequest>): fc.Arbitrary<Move> =>
  fc.record({
    kind: fc.constant('ask' as const),
    request: fc
      .tuple(by, fc.integer({ min: 1, max: 2 }))
      .map(([keys, body]): OnceRequest => ({ ...keys, body })),
    lives: fc.oneof(fc.constant(99), fc.integer({ min: 0, max: 5 })),
  });

const movesWith = (by: fc.Arbitrary<OnceRequest>): fc.Arbitrary<readonly Move[]> =>
  fc.array(
    fc.oneof(
      { arbitrary: ask(by), weight: 2 },
      {
        arbitrary: fc.record({ kind: fc.constant('step' as const), which: fc.nat(5) }),
        weight: 6,
      },
      {
        arbitrary: fc.record({
          kind: fc.constant('tick' as const),
          ms: fc.constantFrom(1, 9_999, 10_000, 60_000),
        }),
        weight: 1,
      },
    ),
    { maxLength: 60 },
  );

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Effects that wait for their turn. */
const makeTurns = () => {
  const waiting: (() => void)[] = [];
  return {
    /** A function that dies takes the effect that it waits for with it. */
    fateOf: (lives: number): Fate => {
      let effects = 0;
      return {
        before: () =>
          new Promise((resolve) => {
            if (++effects <= lives) waiting.push(resolve);
          }),
      };
    },
    step: async (which: number): Promise<void> => {
      waiting.splice(which % Math.max(1, waiting.length), 1)[0]?.();
      await settle();
    },
    isOver: () => waiting.length === 0,
  };
};

interface Told {
  readonly request: OnceRequest;
  readonly answer: AcceptedOnce;
  /** How many messages the queue had when the request came, and when it was answered. */
  readonly came: number;
  readonly went: number;
}

const play = async (moves: readonly Move[], ledger: Ledger) => {
  const room = beginOnce(ledger);
  const turns = makeTurns();
  const told: Told[] = [];
  for (const move of moves) {
    if (move.kind === 'tick') room.clock.at += move.ms;
    else if (move.kind === 'step') await turns.step(move.which);
    else {
      const { request, lives } = move;
      const came = room.messages.length;
      void room.ask(request, turns.fateOf(lives)).then((answer) => {
        told.push({ request, answer, came, went: room.messages.length });
      });
      await settle();
    }
  }
  for (let left = 5_000; left > 0 && !turns.isOver(); left--) await turns.step(0);
  expect(turns.isOver()).toBe(true);
  return { told, messages: room.messages };
};

const explicit = fc.constantFrom<OnceRequest>({ idempotencyKey: 'a' }, { idempotencyKey: 'b' });
const proofs = fc.constantFrom<OnceRequest>({ replayKey: 'p' }, { replayKey: 'q' });
const both = fc.constantFrom<OnceRequest>(
  { idempotencyKey: 'a', replayKey: 'p' },
  { idempotencyKey: 'a', replayKey: 'q' },
  { idempotencyKey: 'a' },
);

/** A ledger that fails at random: a read, a write that was made, a write that was not. */
const failing = (inner: Ledger, faults: readonly ('none' | 'before' | 'after')[]): Ledger => {
  let at = 0;
  const next = () => faults[at++ % Math.max(1, faults.length)] ?? 'none';
  return {
    read: async (keys) => (next() === 'none' ? inner.read(keys) : undefined),
    write: async (entry, seen) => {
      const fault = next();
      if (fault === 'before') return 'unknown';
      const written = await inner.write(entry, seen);
      return fault === 'after' ? 'unknown' : written;
    },
  };
};

const faults = fc.array(fc.constantFrom('none', 'none', 'none', 'before', 'after'), {
  maxLength: 40,
});

const idsOf = (told: readonly Told[]) =>
  new Set(told.flatMap(({ answer }) => (answer.kind === 'queued' ? [saidBy(answer)] : [])));

describe('whatever crashes, and however requests overlap', () => {
  it.each([
    ['keys of their callers', explicit],
    ['keys and proofs', both],
  ])(
    '%s: one key is one intent with one body, and a repeat of it queues nothing',
    async (_, by) => {
      await fc.assert(
        fc.asyncProperty(movesWith(by), faults, async (moves, some) => {
          const { told, messages } = await play(moves, failing(memoryLedger(), some));
          for (const key of ['a', 'b']) {
            const own = told.filter(({ request }) => request.idempotencyKey === key);
            expect(idsOf(own).size).toBeLessThanOrEqual(1);
            const [id] = idsOf(own);
            const first = Math.min(
              ...own.map(({ answer, went }) => (answer.kind === 'queued' ? went : 1e9)),
            );
            const queued = messages.filter((one) => one.intent_id === id);
            // Only the key that the control loop resolves may differ: not each of them had the proof.
            const said = queued.map(({ key: _, ...one }) => JSON.stringify(one));
            expect(new Set(said).size).toBe(id ? 1 : 0);
            for (const { answer, came, request } of own)
              if (came >= first)
                expect([
                  saidBy(answer),
                  request.body === Number(queued[0]?.jobs[0]) ? 'same' : 'other',
                ]).toSatisfy(
                  ([said, body]) =>
                    said === 503 || said === 409 || said === (body === 'same' ? id : 422),
                );
          }
        }),
        { numRuns: 400 },
      );
    },
  );

  it('proofs: each is one intent by its key, and one by its id while the ledger answers', async () => {
    await fc.assert(
      fc.asyncProperty(movesWith(proofs), faults, fc.boolean(), async (moves, some, isUp) => {
        const ledger = isUp ? memoryLedger() : failing(memoryLedger(), some);
        const { told, messages } = await play(moves, ledger);
        for (const replayKey of ['p', 'q'])
          for (const body of [1, 2]) {
            const own = told.filter(
              ({ request }) => request.replayKey === replayKey && request.body === body,
            );
            expect(own.every(({ answer }) => answer.kind === 'queued')).toBe(true);
            if (isUp) expect(idsOf(own).size).toBeLessThanOrEqual(1);
            const queued = messages.filter(({ intent_id }) => idsOf(own).has(intent_id));
            expect(new Set(queued.map(({ key }) => key)).size).toBe(queued.length > 0 ? 1 : 0);
          }
      }),
      { numRuns: 400 },
    );
  });
});
