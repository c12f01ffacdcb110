/**
 * What is longer than the rules of test/house.test.ts allow. Take out what you have split; put nothing in.
 */

/** Functions of more than 40 lines, as `file: name`. */
export const LONG_FUNCTIONS: readonly string[] = [
  'test/control/bounded-time.test.ts: begin',
  'test/control/decide-groups.test.ts: it callback',
  'test/control/decide-stop.test.ts: decideRun',
  'test/control/expire.test.ts: end',
  'test/control/fence.test.ts: it callback',
  'test/control/races.test.ts: fc callback',
  'test/control/races.test.ts: it callback',
  'test/control/settle-attempt.test.ts: carryOut',
  'test/local/begin-guarded.ts: beginGuarded',
  'test/local/ends-in-ten-seconds.test.ts: begin',
  'test/local/event-source-mapping.test.ts: test callback',
  'test/simulation/call-model.ts: makeArrive',
  'test/simulation/job-model.ts: makeJobsModel',
  'test/simulation/simulate.ts: simulate',
  'test/simulation/upstream-model.ts: makeUpstreamModel',
  'test/simulation/workload.ts: drawWorkload',
  'test/support/child.ts: startProgram',
  'test/support/control-room.ts: startControlRoom',
  'test/support/faulty-secret.ts: troubled',
  'test/support/leaky-aws.ts: makeLeakyAws',
  'test/support/secrets-room.ts: startSecretsRoom',
  'test/template/read-template.ts: readTemplate',
  'test/template/template.test.ts: test callback',
];

/** Files of more than 250 lines. */
export const LONG_FILES: readonly string[] = [
  'test/simulation/workload.ts',
  'test/support/secrets-room.ts',
  'test/template/template.test.ts',
];
