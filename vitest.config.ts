import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { runFolder } from './test/support/once-a-run.ts';
import { SlowestFirst } from './test/support/slowest-first.ts';

// The processes of the tests share what one of them has made. This one removes it at the end.
runFolder();

// Node keeps what it has compiled: the processes of the tests, and the stacks that they start, load the same modules.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules/.cache/node');

/** Tests of the pure rooms and the loops, which wait for nothing outside. */
const ROOMS = [
  'test/{json,batching,reply,operations,intent,ledger,upstream,callers,accept,control}/**/*.test.ts',
  'test/contract/**/*.test.ts',
];

/** Tests that replace a module, which the next file would get too; see test/house.test.ts. */
const APART = ['test/edge/secrets-stay.test.ts'];

/**
 * The files of one worker share its modules, which halves their time. So a test leaves nothing behind: spies are restored
 * here, and a mocked client by its file.
 */
const shared = { isolate: false, restoreMocks: true, unstubEnvs: true };

/** A machine may be ten times slower than ours, and stand still for seconds: what tests wait for comes late then, not never. */
const patient = { testTimeout: 240_000, hookTimeout: 240_000 };

export default defineConfig({
  test: {
    // Two more than the two cores that we have: many tests of whole stacks wait, for a deadline or a lease.
    maxWorkers: 4,
    sequence: { sequencer: SlowestFirst },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      { extends: true, test: { name: 'rooms', include: ROOMS, ...shared } },
      {
        extends: true,
        test: {
          name: 'whole',
          include: ['test/**/*.test.ts'],
          exclude: [...ROOMS, ...APART],
          ...shared,
          ...patient,
        },
      },
      { extends: true, test: { name: 'apart', include: APART } },
    ],
  },
});
