import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { tokenOf } from '../support/distinctive-secrets.ts';
import { SECRET_TROUBLES, secretTrouble } from '../support/faulty-secret.ts';
import { AWS_MANNERS, AWS_QUOTED, awsFault, SERVICES } from '../support/leaky-aws.ts';
import { MANNERS, PLACES, QUOTED, upstreamFault } from '../support/leaky-upstream.ts';
import { foundOf, spell, spelling, writeAs, writer } from '../support/quotes.ts';
import { type Round, type Source, startSecretsRoom } from '../support/secrets-room.ts';

// What AWS refuses is repeated after pauses, which are no part of the law.
vi.mock('node:timers/promises', () => ({ setTimeout: async () => undefined }));

const FAULTS = 10_000;
const FIRST_SEED = 20_260_131;

const round = (): fc.Arbitrary<Round> =>
  fc.record({
    secret: fc.oneof(
      { weight: 3, arbitrary: fc.constant('none' as const) },
      { weight: 1, arbitrary: secretTrouble() },
    ),
    upstream: fc.array(upstreamFault(), { maxLength: 120, size: 'max' }),
    aws: fc.array(awsFault(), { maxLength: 3 }),
  });

const world = () =>
  fc.record({
    seed: fc.nat({ max: 2 }),
    source: fc.constantFrom<Source>('aws', 'file', 'bare'),
    rounds: fc.array(round(), { minLength: 1, maxLength: 4 }),
  });

const KINDS = [
  ...MANNERS.map((manner) => `upstream ${manner}`),
  ...QUOTED.map((quoted) => `quotes ${quoted}`),
  ...PLACES.map((place) => `in ${place}`),
  ...SERVICES.flatMap((service) => AWS_MANNERS.map((manner) => `${service} ${manner}`)),
  ...AWS_QUOTED.map((quoted) => `aws quotes ${quoted}`),
  ...SECRET_TROUBLES.map((trouble) => `secret: ${trouble}`),
  'thrown',
];

/** One for each fault; the others tell more of it. */
const isFault = (kind: string): boolean => /^(upstream|queue|bus|ledger|secret)/.test(kind);

describe('secrets never leave', () => {
  it(`in ${FAULTS} faults of every kind, whoever quotes them`, { timeout: 600_000 }, async () => {
    const counts = new Map<string, number>();
    const hidden = new Set<string>();
    let faults = 0;
    const property = fc.asyncProperty(world(), async ({ seed, source, rounds }) => {
      const room = startSecretsRoom(seed, source);
      for (const [number, trouble] of rounds.entries()) await room.invoke(number, trouble);
      room.stop();
      for (const kind of room.injected) counts.set(kind, (counts.get(kind) ?? 0) + 1);
      faults += room.injected.filter(isFault).length;
      const out = [...new Set(room.out)];
      for (const text of out)
        if (text.includes('[secret]')) hidden.add(text.slice(0, text.search(/[ ,]/)));
      const found = foundOf(room.secrets, out.join('\n'));
      const where = found && out.find((text) => foundOf([found], text) !== undefined);
      expect(where, `${found} is said`).toBeUndefined();
    });
    for (let seed = FIRST_SEED; faults < FAULTS; seed++)
      await fc.assert(property, { numRuns: 20, seed });
    expect(faults).toBeGreaterThanOrEqual(FAULTS);
    expect([...counts.keys()].toSorted()).toEqual(KINDS.toSorted());
    // They were said, and on each way out something was hidden.
    expect([...hidden]).toEqual(expect.arrayContaining(['record', 'events', '{"level":"INFO"']));
  });

  it('and if one did, in whatever spelling, it would be found', () => {
    fc.assert(
      fc.property(fc.nat(), spelling(), writer(), (name, how, by) => {
        const secret = tokenOf(String(name));
        const text = writeAs({ error_msg: `no: ${spell(secret, how)}` }, by);
        expect(foundOf([secret], text)).toBeDefined();
        expect(foundOf([secret], JSON.stringify({ line: text }))).toBeDefined();
      }),
    );
  });
});
