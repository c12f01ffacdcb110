import { jobKey } from '../chronicle.ts';
import { idsOf, type Oracle } from './oracle.ts';

/** The upstream took it, and failed: it has to be asked for again. */
const FAILED = new Set(['job_cancel_fail', 'job_submit_fail']);

const STOPPING = new Set(['job_savepointing', 'job_canceling']);

/** A run never overtakes the stop before it: when its request arrives the job has come to rest. */
export const runAfterStop: Oracle = {
  promise: 'a run waits for the stop before it',
  *check({ steps }) {
    for (const step of steps) {
      if (step.kind !== 'arrived' || step.call.operation !== 'dli.run') continue;
      const { n, jobs, statuses } = step.call;
      for (const [place, { id }] of jobs.entries()) {
        const status = statuses[place] ?? '';
        if (STOPPING.has(status)) yield `call ${n} asked to run ${id} while it was ${status}`;
      }
    }
  },
};

/** No intent takes effect on a job twice, unless the upstream failed to carry it out the first time. */
export const onceEach: Oracle = {
  promise: 'one effect for one intent',
  *check({ steps }) {
    const effects = new Map<string, ReadonlySet<string>>();
    for (const step of steps) {
      if (step.kind !== 'arrived' || !step.call.effective) continue;
      const { call } = step;
      for (const [place, { id }] of call.jobs.entries()) {
        if (call.troubles[place] !== undefined) continue;
        const job = jobKey(call.operation, call.project, id);
        const before = effects.get(job) ?? new Set();
        const asking = idsOf(call, place);
        const isAgain = asking.length > 0 && asking.every((intent) => before.has(intent));
        if (isAgain && !FAILED.has(call.statuses[place] ?? ''))
          yield `${asking} took effect on ${job} twice, the second time by call ${call.n}`;
        effects.set(job, new Set([...before, ...asking]));
      }
    }
  },
};
