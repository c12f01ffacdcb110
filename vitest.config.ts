import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// Node keeps what it has compiled: the processes of the tests, and the stacks that they start, load the same modules.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules/.cache/node');

/** Tests that leave nothing behind: the files of one worker share its modules, which halves their time. */
const PURE = [
  'test/{json,batching,reply,operations,intent,ledger,upstream,callers,accept,control}/**/*.test.ts',
  'test/contract/**/*.test.ts',
];

export default defineConfig({
  test: {
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        // A spy that is left would see all that the next file does.
        test: { name: 'rooms', include: PURE, isolate: false, restoreMocks: true },
      },
      { extends: true, test: { name: 'whole', include: ['test/**/*.test.ts'], exclude: PURE } },
    ],
  },
});
