import { seededRandom } from '../local/upstream/random.ts';
import type { Intent, IntentId } from '../shared/intent/intent.ts';
import type { JobId, ProjectId } from '../shared/operations/operation.ts';

export interface WorkloadShape {
  readonly messages: number;
  readonly jobsPerMessage: number;
  readonly projects: number;
  readonly seed: number;
}

/** Intents of three operations and all flags over some projects, with 64-bit ids that overlap, in no order of age. */
export const makeWorkload = ({
  messages,
  jobsPerMessage,
  projects,
  seed,
}: WorkloadShape): readonly Intent[] => {
  const random = seededRandom(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const pool = messages * jobsPerMessage;
  const dliId = () => String(9_000_000_000_000_000_000n + BigInt(below(pool))) as JobId;
  const drsId = () => `9a470239-2308-4bb5-a6bc-${String(below(pool)).padStart(10, '0')}fj` as JobId;
  const intentId = (i: number) =>
    `01a1f89b-${String(below(9_000) + 1_000)}-7000-8000-${String(i).padStart(12, '0')}` as IntentId;
  return Array.from({ length: messages }, (_, i): Intent => {
    const operation = (['dli.run', 'dli.stop', 'drs.start'] as const)[below(3)] ?? 'dli.run';
    const flag = {
      'dli.run': 'resume_savepoint',
      'dli.stop': 'trigger_savepoint',
      'drs.start': '',
    };
    const name = flag[operation];
    return {
      v: 1,
      intent_id: intentId(i),
      operation,
      project_id:
        `054ba152d480d55b2f5dc0069e7dd${String(below(projects)).padStart(3, '0')}` as ProjectId,
      options: name === '' || random() < 0.3 ? {} : { [name]: random() < 0.5 },
      jobs: Array.from({ length: jobsPerMessage }, operation === 'drs.start' ? drsId : dliId),
      caller: 'http',
      accepted_at: '2026-01-31T12:00:00.000Z',
    };
  });
};
