/**
 * What is longer than the rules of test/style.test.ts allow, each with its reason. Take out what you have split; put nothing
 * in.
 */

/** Functions of more than 40 lines, as `file: name`. */
export const LONG_FUNCTIONS: readonly string[] = [
  // Models of the simulation: short closures over one state. Split, they must make the same draws in the same order.
  'test/simulation/call-model.ts: makeArrive',
  'test/simulation/job-model.ts: makeJobsModel',
  'test/simulation/simulate.ts: simulate',
  'test/simulation/upstream-model.ts: makeUpstreamModel',
  // A list of draws, whose order makes the histories of all seeds.
  'test/simulation/workload.ts: drawWorkload',
];

/** Files of more than 250 lines. */
export const LONG_FILES: readonly string[] = [
  // They hold what is long above.
  'test/simulation/workload.ts',
];
