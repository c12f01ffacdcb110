import type { ControlLimits } from '../../shared/control/control.ts';

/** What settling an attempt keeps to. */
export const SETTLING = {
  invocation: 'ours',
  settleMs: () => 60_000,
  now: () => 3,
  clearFrom: () => 0,
  recordsEnds: true,
  restartDelaySeconds: 10,
  leaseMs: 60_000,
} as const;

/** What the control loop keeps to when it is wired as the function wires it. */
export const LIMITS: ControlLimits = {
  maxJobsPerCall: () => 100,
  callConcurrency: 8,
  msPerCall: 30_000,
  callsForMs: 15_000,
  leaseMs: 120_000,
  settleMs: () => 30_000,
  recordsEnds: true,
  restartDelaySeconds: 30,
  maxReceives: 10,
  keepSeconds: 3_600,
};
