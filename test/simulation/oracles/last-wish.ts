import type { OperationName } from '../../../shared/operations/operation.ts';
import { jobKey } from '../chronicle.ts';
import { idsOf, type Oracle } from './oracle.ts';
import { STATUSES } from './statuses.ts';

/** Whether an operation that was carried out may leave a job so. */
const fits = (operation: OperationName, status: string): boolean =>
  STATUSES[operation].there.has(status) || STATUSES[operation].ended.has(status);

type Last = Map<string, readonly [intent: string, operation: OperationName]>;

const note = (last: Last, job: string, intent: string, operation: OperationName): void => {
  if (intent > (last.get(job)?.[0] ?? '')) last.set(job, [intent, operation]);
};

/**
 * In the end every job is where the newest intent that was delivered, or took effect, wished it. Of several who asked
 * for what took effect the newest may have had another outcome before: it is enough if the job is where the newest or
 * the oldest of them makes sense.
 */
export const lastWish: Oracle = {
  promise: 'the newest wish is the last',
  *check({ steps, statusOf, climate }) {
    const byNewest: Last = new Map();
    const byOldest: Last = new Map();
    for (const step of steps) {
      if (step.kind === 'published' && step.result.outcome === 'delivered') {
        const { operation, project_id, job_id, intent_id } = step.result;
        for (const last of [byNewest, byOldest])
          note(last, jobKey(operation, project_id, job_id), intent_id, operation);
      }
      if (step.kind === 'arrived' && step.call.effective) {
        const { operation, project, jobs, troubles } = step.call;
        for (const [place, { id }] of jobs.entries()) {
          if (troubles[place] !== undefined) continue;
          const [oldest = '', ...others] = idsOf(step.call, place).toSorted();
          note(byOldest, jobKey(operation, project, id), oldest, operation);
          note(byNewest, jobKey(operation, project, id), others.at(-1) ?? oldest, operation);
        }
      }
    }
    for (const [job, [intent, operation]] of byNewest) {
      const status = statusOf(job);
      const [, other = operation] = byOldest.get(job) ?? [];
      const isUnstopped = operation === 'dli.stop' && status === 'job_running';
      const isFailure =
        climate.jobsFail > 0 &&
        (isUnstopped || status === 'job_submit_fail' || status === 'job_cancel_fail');
      if (!isFailure && !fits(operation, status) && !fits(other, status))
        yield `${job} is ${status} in the end, and ${intent} wished ${operation}`;
    }
  },
};
