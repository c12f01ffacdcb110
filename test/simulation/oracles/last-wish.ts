import type { OperationName } from '../../../shared/core/operation.ts';
import { jobKey } from '../chronicle.ts';
import { type Oracle, outcomesIn, servedBy } from './oracle.ts';
import { WISHED } from './wished.ts';

/** In the end every job is where the newest intent that was delivered, or took effect, wished it. */
export const lastWish: Oracle = {
  promise: 'the newest wish is the last',
  *check({ steps, statusOf, climate }) {
    const outcomes = outcomesIn(steps);
    const last = new Map<string, readonly [intent: string, operation: OperationName]>();
    const note = (job: string, intent: string, operation: OperationName): void => {
      if (intent > (last.get(job)?.[0] ?? '')) last.set(job, [intent, operation]);
    };
    for (const step of steps) {
      if (step.kind === 'published' && step.result.outcome === 'delivered') {
        const { operation, project_id, job_id, intent_id } = step.result;
        note(jobKey(operation, project_id, job_id), intent_id, operation);
      }
      if (step.kind === 'arrived' && step.call.effective) {
        const { operation, project, jobs, troubles } = step.call;
        for (const [place, { id }] of jobs.entries())
          if (troubles[place] === undefined)
            for (const { intentId } of servedBy(step.call, place, outcomes))
              note(jobKey(operation, project, id), intentId, operation);
      }
    }
    for (const [job, [intent, operation]] of last) {
      const status = statusOf(job);
      const isFailure =
        climate.jobsFail > 0 && (status === 'job_submit_fail' || status === 'job_cancel_fail');
      if (!isFailure && !WISHED[operation].has(status))
        yield `${job} is ${status} in the end, and ${intent} wished ${operation}`;
    }
  },
};
