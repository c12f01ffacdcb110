import { ASSUMED } from './assumptions.ts';
import type { Setup } from './setup.ts';

/** What one batch costs. */
export interface Work {
  readonly calls: number;
  readonly ms: number;
}

/** How many of so many projects a batch names, on average. */
const projectsIn = (jobs: number, projects: number): number =>
  projects * (1 - (1 - 1 / projects) ** jobs);

/** Calls at once that one function makes, where so many functions are busy. */
const lanesOf = ({ credential }: Setup, projects: number, busy: number): number => {
  const most = (ASSUMED.upstreamCallsAtOnce / Math.max(1, busy)) * projects;
  const wanted =
    credential.kind === 'key' ? credential.callsPerKey : credential.callConcurrency * projects;
  return Math.max(1, Math.min(wanted, most));
};

/** The calls of a batch and its time: its calls in rounds of as many as may be under way. */
export const carryOut = (setup: Setup, jobs: number, busy: number): Work => {
  const { projects, upstreamMs, cpuMsPerJob = ASSUMED.cpuMsPerJob } = setup;
  const named = projectsIn(jobs, projects);
  const each = jobs / named;
  const calls = named * Math.ceil(Math.max(1, each) / ASSUMED.jobsPerCall - 1e-9);
  const rounds = Math.ceil(calls / lanesOf(setup, named, busy) - 1e-9);
  const callMs = upstreamMs + ASSUMED.perJobMs * Math.min(ASSUMED.jobsPerCall, each);
  return { calls, ms: ASSUMED.baseMs + cpuMsPerJob * jobs + rounds * callMs };
};
