import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The first test that fails kills the mutant, so the short files run first. By default the long ones do. */
class ShortestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).reverse();
  }
}

/** Folders or files of tests, if only those are to be run: `MUTANT_TESTS=reply,published-documents`. */
const folders = process.env.MUTANT_TESTS?.split(',');

const ALL = [
  'test/{json,batching,reply,operations,intent,ledger,upstream,callers,accept,control}/**/*.test.ts',
  'test/contract/**/*.test.ts',
  'test/edge/{config*,http*,intent-id,tracing}.test.ts',
  'test/published-documents.test.ts',
];

/**
 * The tests that kill mutants: those of the pure rooms and the loops. The others need a stack, a server or a file on
 * disk, and take too long to run for each mutant.
 */
export default defineConfig({
  test: {
    include: folders?.map((name) => `test/{${name}/**/*,${name}}.test.ts`) ?? ALL,
    exclude: [
      'test/ledger/ledger*.test.ts',
      'test/upstream/{bad-signatures,refused-credentials}.test.ts',
    ],
    setupFiles: ['test/mutation/fewer-runs.ts'],
    sequence: { sequencer: ShortestFirst },
    testTimeout: 30_000,
    isolate: false,
    restoreMocks: true,
  },
});
