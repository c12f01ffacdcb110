import { openCloud } from './rig/cloud.ts';

/** AWS and the upstream in a process of their own, so that their work does not count. They answer at once. It prints its URL. */
const cloud = await openCloud({
  awsMs: [0, 0],
  upstream: { latencyMs: 0, perJobMs: 0, callsAtOnce: Number.POSITIVE_INFINITY },
  visibilityMs: 30_000,
});
// Between two rounds it forgets all jobs, so that each round finds an empty ledger.
process.on('message', () => cloud.clear());
process.send?.(cloud.url);
