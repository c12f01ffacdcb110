import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The first test that fails is the end of a mutant, so the longest come last: by themselves they come first. */
class ShortestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).reverse();
  }
}

/** The tests that mutants of `shared/core`, `shared/control` and `shared/upstream` are to fall to: those that need no stack. */
export default defineConfig({
  test: {
    include: [
      'test/core/**/*.test.ts',
      'test/contract/**/*.test.ts',
      'test/edge/{accept*,config,join-calls,log}.test.ts',
      'test/edge/{records,carry-out,claim*,conclude*,control*,gates*,give-up,isolation,look,part,report*,way,weigh*}.test.ts',
      'test/edge/{accounts,authorise*,lanes,pace,redact,tokens,turns}.test.ts',
    ],
    setupFiles: ['test/mutation/fewer-runs.ts'],
    sequence: { sequencer: ShortestFirst },
    testTimeout: 30_000,
    isolate: false,
  },
});
