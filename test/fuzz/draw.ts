import { makeRandom, type Random } from '../simulation/random.ts';
import { type Base, drawBase } from './bases.ts';
import type { FuzzCaller } from './callers.ts';
import { CREDENTIAL_MUTATIONS } from './credential-mutations.ts';
import type { Effect, Mutations } from './mutation.ts';
import { BODY_MUTATIONS, HEADER_MUTATIONS, LINE_MUTATIONS } from './request-mutations.ts';
import { spoil } from './spoil.ts';
import { eventOf, type Wire } from './wire.ts';

const MUTATIONS: Mutations = {
  ...CREDENTIAL_MUTATIONS,
  ...BODY_MUTATIONS,
  ...LINE_MUTATIONS,
  ...HEADER_MUTATIONS,
};

export const MUTATION_NAMES = [...Object.keys(MUTATIONS), 'a spoilt event'];

/** One request of the fuzz: valid, and then changed. */
export interface Case {
  readonly base: Base;
  readonly mutations: readonly string[];
  /** The worst that the mutations did. */
  readonly effect: Effect;
  /** Callers whose proof it has, or may have. */
  readonly callers: readonly FuzzCaller[];
  readonly wire: Wire;
  readonly event: unknown;
  /** The queue takes nothing while this request is handled. */
  readonly isQueueDown: boolean;
}

const ORDER: readonly Effect[] = ['keeps', 'unclear', 'breaks'];

const worse = (a: Effect, b: Effect): Effect => (ORDER.indexOf(a) > ORDER.indexOf(b) ? a : b);

const isProofOf = ({ credential, signs }: Base, name: string): boolean =>
  [credential.toLowerCase(), ...signs].includes(name.toLowerCase());

/** What a proof is of, and the proof, as text. */
const provenOf = (base: Base, { method, path, query, headers, body }: Wire): string =>
  JSON.stringify([
    base.covers === 'all' && [method, path, query],
    base.covers !== 'nothing' && Buffer.from(body).toString('base64'),
    headers
      .filter(([name]) => isProofOf(base, name))
      .map(([name, value]) => `${name.toLowerCase()}: ${value}`)
      .toSorted(),
  ]);

/** A later mutation may have put back what an earlier one broke. */
const isRestored = (base: Base, wire: Wire): boolean =>
  provenOf(base, wire) === provenOf(base, base.wire);

const drawNames = (random: Random): readonly string[] => {
  const count = random.pick([0, 1, 1, 1, 2, 2, 3, 5]);
  const names = Array.from({ length: count }, () => random.pick(MUTATION_NAMES));
  return [...new Set(names)];
};

/**
 * The case of a seed and a number. Law: each mutation has its own stream of chance, so that a case without one of them is
 * the same in all else.
 */
export const drawCase = (seed: number, number: number, only?: readonly string[]): Case => {
  const stream = number * (MUTATION_NAMES.length + 2);
  const random = makeRandom(seed, stream);
  const base = drawBase(random);
  const mutations = drawNames(makeRandom(seed, stream + 1)).filter(
    (name) => only?.includes(name) ?? true,
  );
  let { wire } = base;
  let effect: Effect = 'keeps';
  const callers = [base.caller];
  for (const name of mutations) {
    const own = makeRandom(seed, stream + 2 + MUTATION_NAMES.indexOf(name));
    const changed = MUTATIONS[name]?.(wire, own, base);
    if (changed === undefined) continue;
    wire = changed.wire;
    effect = worse(effect, changed.effect);
    if (changed.also !== undefined) callers.push(changed.also);
  }
  if (effect === 'breaks' && isRestored(base, wire)) effect = 'unclear';
  const event = eventOf(wire);
  const isSpoilt = mutations.includes('a spoilt event');
  const isQueueDown = makeRandom(seed, stream + 1).chance(0.01);
  return {
    base,
    mutations,
    isQueueDown,
    // A field that is lost may be the one that a mutation changed: then the request is as it was.
    effect: isSpoilt ? 'unclear' : effect,
    callers,
    wire,
    event: isSpoilt ? spoil(event, makeRandom(seed, stream + 1 + MUTATION_NAMES.length)) : event,
  };
};
