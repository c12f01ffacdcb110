import { vi } from 'vitest';

// A machine may be ten times slower than ours and stand still for seconds: what is waited for comes late then, not never.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

/**
 * Waits until a look does not throw; fails with what it threw last. Law: its deadline is met only by what never comes, and
 * so are those of all tests and hooks in a file that waits like this, unless they have their own.
 */
export const until = <T>(look: () => T | Promise<T>, interval = 20): Promise<T> =>
  vi.waitFor(look, { timeout: 200_000, interval });
