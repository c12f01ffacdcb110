import { type Invocation, jobKey } from '../chronicle.ts';
import { isRefusal } from './no-call-while-open.ts';
import { SKEW_MS } from './nothing-stale.ts';
import { intentsIn, type Oracle } from './oracle.ts';

/** Between the claim and the call, the deadline may pass. Then nothing is sent. */
const isOverdue = (invocation: Invocation, key: string, at: number): boolean =>
  intentsIn(invocation)
    .filter(({ operation, project, jobs }) =>
      [...jobs.keys()].some((id) => jobKey(operation, project, id) === key),
    )
    .every(({ expiresAt }) => expiresAt <= at + SKEW_MS);

/**
 * A job is claimed right before its call. So a crash leaves few jobs in doubt: at most those of the calls that can have
 * their turn at once. Three exceptions: a job that was looked at may be claimed without a call; one call may have had its
 * turn when the breaker opened; and the time for calls may run out between a claim and its call.
 */
export const claimsAtTurn: Oracle = {
  promise: 'jobs are claimed right before their call',
  *check({ steps, climate }) {
    const claimed = new Map<Invocation, Set<string>>();
    const seen = new Map<Invocation, Set<string>>();
    const of = (map: Map<Invocation, Set<string>>, invocation: Invocation): Set<string> => {
      const own = map.get(invocation) ?? new Set();
      map.set(invocation, own);
      return own;
    };
    const signed = climate.slowStarts ? climate.callConcurrency : climate.callsPerKey;
    const most = signed * climate.maxJobsPerCall;
    const refused = new Set<Invocation>();
    for (const step of steps) {
      if (step.kind === 'turned back') refused.add(step.invocation);
      if (step.kind === 'heard' && isRefusal(step.reply)) refused.add(step.call.invocation);
      if (step.kind === 'seen') {
        const { invocation, service, project, statuses } = step.look;
        for (const id of statuses.keys()) of(seen, invocation).add(`${service}/${project}/${id}`);
      }
      if (step.kind === 'called') {
        const { invocation, operation, project, jobs } = step.call;
        for (const { id } of jobs) of(claimed, invocation).delete(jobKey(operation, project, id));
      }
      if (step.kind !== 'claimed' || of(seen, step.invocation).has(step.key)) continue;
      if (step.at > step.invocation.begunAt + climate.callsForMs) continue;
      const own = of(claimed, step.invocation).add(step.key);
      for (const key of own) if (isOverdue(step.invocation, key, step.at)) own.delete(key);
      const idle = own.size;
      const held = refused.has(step.invocation) ? climate.maxJobsPerCall : 0;
      if (idle > most + held)
        yield `invocation ${step.invocation.n} has claimed ${idle} jobs that it has not asked for, more than ${most}`;
    }
  },
};
