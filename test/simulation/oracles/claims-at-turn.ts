import { type Invocation, jobKey } from '../chronicle.ts';
import type { Oracle } from './oracle.ts';

/**
 * A job is claimed when its request has its turn. So an invocation that dies leaves no more jobs in doubt, claimed and never
 * asked for, than the requests that can have a turn at once hold. A job that it has looked at may be claimed without any.
 */
export const claimsAtTurn: Oracle = {
  promise: 'claims are made at the turn',
  *check({ steps, climate }) {
    const claimed = new Map<Invocation, Set<string>>();
    const seen = new Map<Invocation, Set<string>>();
    const idle = (invocation: Invocation) => claimed.get(invocation) ?? new Set();
    const most = climate.callsPerKey * climate.maxJobsPerCall;
    for (const step of steps) {
      if (step.kind === 'seen') {
        const { invocation, service, project, statuses } = step.look;
        const all = seen.get(invocation) ?? new Set();
        for (const id of statuses.keys()) all.add(`${service}/${project}/${id}`);
        seen.set(invocation, all);
      }
      if (step.kind === 'claimed' && !seen.get(step.invocation)?.has(step.key))
        claimed.set(step.invocation, idle(step.invocation).add(step.key));
      if (step.kind === 'called') {
        const { invocation, operation, project, jobs } = step.call;
        for (const { id } of jobs) idle(invocation).delete(jobKey(operation, project, id));
      }
      if (step.kind === 'ended') {
        const { invocation } = step;
        const isDead = invocation.ended === 'crashed' || invocation.ended === 'timed out';
        if (isDead && idle(invocation).size > most)
          yield `invocation ${invocation.n} left ${idle(invocation).size} jobs claimed and not asked for, more than ${most}`;
      }
    }
  },
};
