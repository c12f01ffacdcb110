import type { Broken } from './broken.ts';

/** Control loops with wrong limits, clocks or steps. */
export const BROKEN_LOOP: readonly Broken[] = [
  {
    name: 'acknowledges before it publishes',
    breaks: ['P1 nothing lost'],
    breakage: {
      edges: (edges) => ({
        ...edges,
        publish: async (results) => {
          void edges.publish(results);
          return results.map(() => true);
        },
      }),
    },
  },
  {
    name: 'gives no message back',
    breaks: ['P1 nothing lost'],
    breakage: {
      loop: (loop) => async (batch, remainingMs) => {
        await loop(batch, remainingMs);
        return [];
      },
    },
  },
  {
    name: 'has a lease that expires at once',
    breaks: ['P4 nothing blind'],
    breakage: { limits: (limits) => ({ ...limits, leaseMs: 1 }) },
  },
  {
    name: 'ignores that a status may be older than a stop',
    from: 130,
    breaks: ['a run waits for the stop before it', 'a restart is whole'],
    breakage: { limits: (limits) => ({ ...limits, settleMs: () => 1 }) },
  },
  {
    name: 'ignores that a status may be late',
    from: 50,
    breaks: ['P4 nothing blind', 'one effect for one intent'],
    breakage: { limits: (limits) => ({ ...limits, settleMs: () => 1 }) },
  },
  {
    name: 'makes more calls than it needs',
    from: 100,
    breaks: ['P6 fewest calls'],
    breakage: { limits: (limits) => ({ ...limits, maxJobsPerCall: () => 1 }) },
  },
  {
    name: 'has more calls of a project at once than it may',
    breaks: ['a project has so many calls at once'],
    breakage: { limits: (limits) => ({ ...limits, callConcurrency: 100 }) },
  },
  {
    name: 'drops unreadable messages',
    breaks: ['P8 unreadable input is kept'],
    breakage: { edges: (edges) => ({ ...edges, deadLetter: async () => true }) },
  },
  {
    name: 'drops failed messages',
    breaks: ['failed messages are kept'],
    breakage: {
      edges: (edges) => ({
        ...edges,
        deadLetter: async (message, reason) =>
          message.receiveCount > 2 || edges.deadLetter(message, reason),
      }),
    },
  },
  {
    name: 'changes unreadable messages',
    breaks: ['P8 unreadable input is kept'],
    breakage: {
      edges: (edges) => ({
        ...edges,
        deadLetter: (message, reason) =>
          edges.deadLetter(
            { ...message, body: message.body.trim().toWellFormed().replace('\ufeff', '') },
            reason,
          ),
      }),
    },
  },
  {
    name: 'dead-letters unreadable messages late',
    breaks: ['P8 unreadable input is kept'],
    breakage: {
      edges: (edges) => ({
        ...edges,
        deadLetter: async (message, reason) =>
          message.receiveCount > 2 && edges.deadLetter(message, reason),
      }),
    },
  },
  {
    name: 'believes a clock that is ahead',
    from: 240,
    breaks: ['P3 nothing stale', 'verdicts are true', 'P3 in causal order'],
    breakage: {
      loop: (loop) => (batch, remainingMs) =>
        loop(
          batch.map((message) => ({ ...message, sentAt: Number.POSITIVE_INFINITY })),
          remainingMs,
        ),
    },
  },
  {
    name: 'has a clock that is an hour ahead',
    breaks: ['verdicts are true'],
    breakage: { edges: (edges) => ({ ...edges, now: () => edges.now() + 3_600_000 }) },
  },
  {
    name: 'gives up too soon',
    breaks: ['verdicts are true'],
    breakage: { limits: (limits) => ({ ...limits, maxReceives: 2 }) },
  },
];
