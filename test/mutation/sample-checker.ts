import { type Drawable, drawMutants, KINDS } from './draw-mutants.ts';

/** The reason that the report has for a mutant that was not drawn. */
export const NOT_DRAWN = 'not drawn';

const { MUTANT_KIND = '', MUTANT_SAMPLE = '', MUTANT_SEED = '' } = process.env;

interface Verdict {
  readonly status: 'passed' | 'compileError';
  readonly reason?: string;
}

/** Stryker asks a checker about all mutants before it runs any. This one turns back those that are not in the sample. */
const sampleChecker = {
  init: async (): Promise<void> => undefined,
  /** All at once: the draw needs to know all. */
  group: async (mutants: readonly Drawable[]): Promise<string[][]> => [mutants.map(({ id }) => id)],
  check: async (mutants: readonly Drawable[]): Promise<Record<string, Verdict>> => {
    const kind = KINDS.find((one) => one === MUTANT_KIND) ?? 'run';
    const size = Number(MUTANT_SAMPLE);
    const drawn = drawMutants(mutants, { kind, size, seed: MUTANT_SEED });
    const verdictOn = ({ id }: Drawable): Verdict =>
      drawn.has(id) ? { status: 'passed' } : { status: 'compileError', reason: NOT_DRAWN };
    return Object.fromEntries(mutants.map((mutant) => [mutant.id, verdictOn(mutant)]));
  },
};

export const strykerPlugins = [{ kind: 'Checker', name: 'sample', factory: () => sampleChecker }];
