import { createHash } from 'node:crypto';

/** What Stryker tells of a mutant before it runs it. */
export interface Drawable {
  readonly id: string;
  readonly fileName: string;
  readonly location: object;
  readonly mutatorName: string;
  readonly replacement?: string | undefined;
  /** Whether it is reached while a test file is loaded. */
  readonly static?: boolean | undefined;
  /** The tests that reach it while they run. */
  readonly coveredBy?: readonly string[] | undefined;
}

/** Which mutants a sample is drawn from. */
export const KINDS = ['run', 'load'] as const;

/**
 * `run`: a test can reach it while it runs, so that only those tests are needed. `load`: it is reached while a test file is
 * loaded and never later, as a module's own constants are, so that all tests are needed.
 */
export type Kind = (typeof KINDS)[number];

const kindOf = (mutant: Drawable): Kind =>
  mutant.static === true && !mutant.coveredBy?.length ? 'load' : 'run';

/** The place in the draw: by what the mutant is, whatever its number and the order of the files. */
const ticketOf = (mutant: Drawable, seed: string): string => {
  const file = mutant.fileName.replace(/^.*\/(?=shared\/)/, '');
  const what = [seed, file, mutant.location, mutant.mutatorName, mutant.replacement];
  return createHash('sha256').update(JSON.stringify(what)).digest('hex');
};

/** The ids of at most `size` mutants of a kind. The same seed draws the same ones from the same code. */
export const drawMutants = (
  mutants: readonly Drawable[],
  { kind, size, seed }: { readonly kind: Kind; readonly size: number; readonly seed: string },
): ReadonlySet<string> => {
  const tickets = mutants
    .filter((mutant) => kindOf(mutant) === kind)
    .map((mutant) => ({ id: mutant.id, ticket: ticketOf(mutant, seed) }))
    .toSorted((one, other) => (one.ticket < other.ticket ? -1 : 1));
  return new Set(tickets.slice(0, size).map(({ id }) => id));
};
