import type { Random } from '../simulation/random.ts';
import { type FuzzCaller, REMOVED } from './callers.ts';
import { bareOf, hookLine, lineFor } from './lines.ts';
import { type Covers, type Flaw, ON_HOOKS, ON_ROUTES, type Proof } from './proofs.ts';
import type { Wire } from './wire.ts';
import { asQueued, drawWish, isGranted, type Wish, withinProject } from './wishes.ts';

/** A request that is valid as it stands, and what is known of it. */
export interface Base {
  readonly scheme: string;
  readonly wire: Wire;
  readonly caller: FuzzCaller;
  readonly wish: Wish;
  readonly covers: Covers;
  /** Headers that the proof covers, in lower case. */
  readonly signs: readonly string[];
  /** The header that has the proof. */
  readonly credential: string;
  /** `taken`, `forbidden` for want of a grant, or `unproved`: its proof is worth nothing, though well-formed. */
  readonly due: 'taken' | 'forbidden' | 'unproved';
}

/** Schemes that the function takes. */
const TAKEN = /./;

/** Milliseconds that a sender's clock is off: most of what it may be, or far more. */
const offBy = ({ toleranceMs = 0 }: Proof, isExpired: boolean, random: Random): number => {
  const sign = random.pick([1, -1]);
  const share = isExpired ? random.between(110, 100_000) : random.between(0, 90);
  return (sign * toleranceMs * share) / 100;
};

const PROOFS = Object.fromEntries(
  Object.entries({ ...ON_ROUTES, ...ON_HOOKS }).filter(([scheme]) => TAKEN.test(scheme)),
);

const byName = (scheme: string): Proof => {
  const proof = PROOFS[scheme];
  if (proof === undefined) throw new Error(`there is no scheme ${scheme}`);
  return proof;
};

/** A caller that may prove itself so, or one in thirty times the removed one, which has such a secret too. */
const drawCaller = (proof: Proof, scheme: string, random: Random): FuzzCaller =>
  random.chance(0.03) && !/hook v1a|iam/.test(scheme) ? REMOVED : random.pick(proof.callers);

/** A request that is valid, but for a removed caller, an old signature or one that leaves something out, in one of ten. */
export const drawBase = (random: Random): Base => {
  const scheme = random.pick(Object.keys(PROOFS));
  const proof = byName(scheme);
  const caller = drawCaller(proof, scheme, random);
  const isExpired = random.chance(0.03) && proof.toleranceMs !== undefined;
  const wish = drawWish(random);
  const line = scheme in ON_HOOKS ? hookLine(wish, caller, random) : lineFor(wish, random);
  const leavesOut =
    proof.covers === 'all' && random.chance(0.03)
      ? random.pick(['date', 'body'] as const)
      : undefined;
  const flaw: Flaw = { late: offBy(proof, isExpired, random), leavesOut };
  const proven = proof.prove(bareOf(line, random), caller, random, flaw);
  const { wire, signs } = proven;
  const { covers, credential } = proof;
  const opened = proven.project === undefined ? caller : withinProject(caller, proven.project);
  const right = isGranted(opened, asQueued(wish)) ? 'taken' : 'forbidden';
  const isWorthless = caller === REMOVED || isExpired || leavesOut !== undefined;
  const due = isWorthless ? 'unproved' : right;
  return { scheme, wire, caller: opened, wish, covers, signs, credential, due };
};
