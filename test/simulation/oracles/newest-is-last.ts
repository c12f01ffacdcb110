import type { OperationName } from '../../../shared/operations/operation.ts';
import { jobKey, type Options } from '../chronicle.ts';
import { promotedAges } from './nothing-stale.ts';
import { idsBehind, type Oracle, verdictKey } from './oracle.ts';
import { isFailureOf, toldBy } from './statuses.ts';

interface Wished {
  readonly intent: string;
  readonly operation: OperationName;
  /** The options of that job alone. */
  readonly own: Options | undefined;
}

/**
 * The last status of a task that was only initialised. Before that, its status is the same as that of a full start. So a
 * full start may count as done.
 */
const INITIALISED = 'WAITING_FOR_START';

/** Whether a job may have this status after the operation. */
const fits = ({ operation, own }: Wished, status: string): boolean => {
  const { there, ended } = toldBy(operation, own, status);
  return there || ended || status === INITIALISED;
};

/** Statuses after which the upstream accepted a call, and failed. */
const FAILURES = new Set(['job_submit_fail', 'job_cancel_fail']);

type Last = Map<string, Wished>;

const note = (last: Last, job: string, wished: Wished): void => {
  if (wished.intent > (last.get(job)?.intent ?? '')) last.set(job, wished);
};

/**
 * In the end every job is where the newest intent that was delivered, or took effect, wished it. If a call was made for
 * several intents, the newest of them may have had another outcome before. So the job may also be where the oldest of
 * them wished it.
 */
export const newestIsLast: Oracle = {
  promise: 'the newest intent is the last',
  *check({ steps, statusOf, climate, intents }) {
    const byNewest: Last = new Map();
    const byOldest: Last = new Map();
    // A run that may have followed its stop may be the newest.
    const byPromoted: Last = new Map();
    const promoted = promotedAges(intents);
    const asked = new Map<string, Options>();
    for (const step of steps) {
      if (step.kind === 'queued' && step.letter.intent !== undefined)
        for (const [id, own] of step.letter.intent.jobs)
          asked.set(verdictKey(step.letter.intent.intentId, id), own);
      if (step.kind === 'published' && step.result.outcome === 'delivered') {
        const { operation, project_id, job_id, intent_id } = step.result;
        const job = jobKey(operation, project_id, job_id);
        const own = asked.get(verdictKey(intent_id, job_id));
        for (const last of [byNewest, byOldest])
          note(last, job, { intent: intent_id, operation, own });
        note(byPromoted, job, { intent: promoted.get(intent_id) ?? intent_id, operation, own });
      }
      if (step.kind === 'arrived' && step.call.effective) {
        const { operation, project, jobs, troubles } = step.call;
        for (const [place, { id, options: own }] of jobs.entries()) {
          if (troubles[place] !== undefined) continue;
          const [oldest = '', ...others] = idsBehind(step.call, place).toSorted();
          const newest = others.at(-1) ?? oldest;
          note(byOldest, jobKey(operation, project, id), { intent: oldest, operation, own });
          note(byNewest, jobKey(operation, project, id), { intent: newest, operation, own });
        }
      }
    }
    for (const [job, wished] of byNewest) {
      const status = statusOf(job);
      const others = [byOldest.get(job) ?? wished, byPromoted.get(job) ?? wished];
      const isFailure =
        climate.jobsFail > 0 && (isFailureOf(wished.operation, status) || FAILURES.has(status));
      if (!isFailure && ![wished, ...others].some((one) => fits(one, status)))
        yield `${job} is ${status} in the end, and ${wished.intent} wished ${wished.operation}`;
    }
  },
};
