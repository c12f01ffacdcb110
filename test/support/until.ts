import { vi } from 'vitest';

/**
 * Waits until a look does not throw; fails with what it threw last. Law: only what never comes meets its deadline, which is
 * shorter than that of the tests which wait so: see vitest.config.ts.
 */
export const until = <T>(look: () => T | Promise<T>, interval = 20): Promise<T> =>
  vi.waitFor(look, { timeout: 200_000, interval });
