import { type Call, type Invocation, jobKey, type Step } from '../chronicle.ts';
import { intentsIn, type Oracle } from './oracle.ts';

const groupOf = ({ operation, project, options }: Call): string =>
  `${operation} ${project} ${JSON.stringify(options)}`;

const jobsOf = ({ operation, project, jobs }: Call): readonly string[] =>
  jobs.map(({ id }) => jobKey(operation, project, id));

/** An invocation that could not note that it outlived its messages, or did not outlive them. */
const isTroubled = ({ ended, faults, conflicts }: Invocation): boolean =>
  faults + conflicts > 0 || ended === 'crashed' || ended === 'timed out';

/** A message that came often is tried apart, unless an invocation has noted that it outlived it. */
const mayBeSuspect = ({ receives }: Invocation, id: string): boolean => (receives.get(id) ?? 0) > 2;

/** Which jobs may be called apart from others, as the steps of a history tell. */
const makeParting = () => {
  // Jobs that were in a call before which did not say yes: should one be the reason, they are parted.
  const troubled = new Set<string>();
  // A job that another invocation has claimed is in doubt: it is looked at, and called by itself.
  const claimedBy = new Map<string, Invocation>();
  const parted = new Set<Invocation>();
  const hadBefore = new Map<string, Invocation[]>();
  return {
    parted,
    read: (step: Step): void => {
      if (step.kind === 'begun') {
        const { invocation } = step;
        for (const { id } of invocation.letters) {
          const before = hadBefore.get(id) ?? [];
          if (mayBeSuspect(invocation, id) && before.some(isTroubled)) parted.add(invocation);
          hadBefore.set(id, [...before, invocation]);
        }
      }
      if (step.kind === 'claimed') {
        const before = claimedBy.get(step.key);
        if (before !== undefined && before !== step.invocation) parted.add(step.invocation);
        claimedBy.set(step.key, step.invocation);
      }
      if (step.kind === 'called') {
        const jobs = jobsOf(step.call);
        if (jobs.some((job) => troubled.has(job))) parted.add(step.call.invocation);
        for (const job of jobs) troubled.add(job);
      }
      // Where the ledger did not say what it wrote, the job counts as asked for.
      if (step.kind === 'ended' && step.invocation.conflicts > 0)
        for (const { operation, project, jobs } of intentsIn(step.invocation))
          for (const id of jobs.keys()) troubled.add(jobKey(operation, project, id));
      if (step.kind === 'heard' && step.call.said.every((word) => word === 'yes'))
        for (const job of jobsOf(step.call)) {
          troubled.delete(job);
          claimedBy.delete(job);
        }
    },
  };
};

/** P6: no job twice in a call; and without trouble, now or before, the calls of a batch are as few as its groups allow. */
export const fewestCalls: Oracle = {
  promise: 'P6 fewest calls',
  *check({ steps, climate }) {
    const { parted, read } = makeParting();
    const made: Call[] = [];
    for (const step of steps) {
      read(step);
      if (step.kind !== 'called') continue;
      const { call } = step;
      if (new Set(call.jobs.map(({ id }) => id)).size < call.jobs.length)
        yield `call ${call.n} names a job twice`;
      made.push(call);
    }
    for (const [invocation, calls] of Map.groupBy(made, (call) => call.invocation)) {
      const { n, ended, faults, conflicts } = invocation;
      if (ended !== 'returned' || faults + conflicts > 0 || parted.has(invocation)) continue;
      if (calls.some(({ said }) => said.some((word) => word !== 'yes'))) continue;
      for (const [group, some] of Map.groupBy(calls, groupOf)) {
        const jobs = new Set(some.flatMap((call) => call.jobs.map(({ id }) => id)));
        const fewest = Math.ceil(jobs.size / climate.maxJobsPerCall);
        if (some.length !== fewest)
          yield `invocation ${n} made ${some.length} calls of ${group} for ${jobs.size} jobs`;
      }
    }
  },
};
