import type { Call, Invocation } from '../chronicle.ts';
import type { Oracle } from './oracle.ts';

const groupOf = ({ operation, project, options }: Call): string =>
  `${operation} ${project} ${JSON.stringify(options)}`;

/** P6: no job twice in a call; and without trouble, the calls of a batch are as few as its groups allow. */
export const fewestCalls: Oracle = {
  promise: 'P6 fewest calls',
  *check({ steps, climate }) {
    const calls = new Map<Invocation, Call[]>();
    for (const step of steps) {
      if (step.kind === 'called') {
        const { call } = step;
        if (new Set(call.jobs.map(({ id }) => id)).size < call.jobs.length)
          yield `call ${call.n} names a job twice`;
        const others = calls.get(call.invocation);
        if (others === undefined) calls.set(call.invocation, [call]);
        else others.push(call);
      }
    }
    for (const [{ n, ended, faults, conflicts }, made] of calls) {
      if (ended !== 'returned' || faults + conflicts > 0) continue;
      if (made.some(({ said }) => said.some((word) => word !== 'yes'))) continue;
      for (const [group, some] of Map.groupBy(made, groupOf)) {
        const jobs = new Set(some.flatMap((call) => call.jobs.map(({ id }) => id)));
        const fewest = Math.ceil(jobs.size / climate.maxJobsPerCall);
        if (some.length !== fewest)
          yield `invocation ${n} made ${some.length} calls of ${group} for ${jobs.size} jobs`;
      }
    }
  },
};
