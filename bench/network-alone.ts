import pLimit from 'p-limit';
import { call } from './peers/call.ts';

/** Only calls upstream: a hundred jobs each, so many of them, so many at once. Resolves to the milliseconds. */
export const handler = async ({ calls, atOnce }: { calls: number; atOnce: number }) => {
  const slots = pLimit(atOnce);
  const jobs = Array.from({ length: 100 }, (_, i) => String(1_000_000 + i));
  const start = performance.now();
  await Promise.all(
    Array.from({ length: calls }, () => slots(call, { operation: 'run', project: 'p', jobs })),
  );
  return performance.now() - start;
};
