import { v7 } from 'uuid';
import { seededRandom } from '../../local/upstream/random.ts';
import type { UpstreamRules } from './upstream.ts';

/** One intent as the queue holds it, and as it is looked for at the end. */
interface Wish {
  readonly id: string;
  readonly operation: 'run' | 'stop';
  readonly project: string;
  readonly jobs: readonly string[];
  readonly acceptedAt: number;
}

export interface Workload {
  readonly title: string;
  /** In the order in which the queue gives them. */
  readonly messages: readonly { readonly id: string; readonly body: string }[];
  readonly wishes: readonly Wish[];
  /** The fewest calls that could serve it, without faults. */
  readonly optimum: number;
  readonly upstream: UpstreamRules;
  /** After how many answered jobs a busy environment is killed. */
  readonly kills: readonly number[];
}

const JOBS_PER_CALL = 100;
const FLAGS = { run: 'resume_savepoint', stop: 'trigger_savepoint' } as const;
const HOUR_MS = 3_600_000;

/** A call takes 50 ms, and 1 ms for each job. One project may have 20 at once. */
export const USUAL: UpstreamRules = { latencyMs: 50, perJobMs: 1, callsAtOnce: 20 };

const projectOf = (n: number): string => `054ba152d480d55b2f5dc0069e${String(n).padStart(6, '0')}`;
const jobOf = (n: number): string => String(9_000_000_000_000_000n + BigInt(n));

const bodyOf = ({ id, operation, project, jobs, acceptedAt }: Wish): string =>
  JSON.stringify({
    v: 1,
    intent_id: id,
    operation: `dli.${operation}`,
    project_id: project,
    options: { [FLAGS[operation]]: true },
    jobs,
    caller: 'http',
    accepted_at: new Date(acceptedAt).toISOString(),
    expires_at: new Date(acceptedAt + 6 * HOUR_MS).toISOString(),
    first: 0,
    job_count: jobs.length,
  });

const wishFor = (project: number, firstJob: number, jobs: number): Wish => ({
  id: v7(),
  operation: 'run',
  project: projectOf(project),
  jobs: Array.from({ length: jobs }, (_, i) => jobOf(firstJob + i)),
  acceptedAt: Date.now(),
});

const messageOf = (wish: Wish) => ({ id: wish.id, body: bodyOf(wish) });

const shuffled = <Item>(items: readonly Item[], seed: number): readonly Item[] => {
  const random = seededRandom(seed);
  return items
    .map((item) => [random(), item] as const)
    .toSorted(([a], [b]) => a - b)
    .map(([, item]) => item);
};

/** The fewest calls: of each project and operation, a hundred jobs at a time. */
const optimumOf = (wishes: readonly Wish[]): number => {
  const groups = Map.groupBy(wishes, ({ project, operation }) => `${project} ${operation}`);
  const jobsIn = (group: readonly Wish[]) => new Set(group.flatMap(({ jobs }) => jobs)).size;
  return [...groups.values()].reduce(
    (sum, group) => sum + Math.ceil(jobsIn(group) / JOBS_PER_CALL),
    0,
  );
};

const workload = (
  title: string,
  wishes: readonly Wish[],
  more: Partial<Pick<Workload, 'messages' | 'upstream' | 'kills' | 'optimum'>> = {},
): Workload => ({
  title,
  wishes,
  messages: wishes.map(messageOf),
  optimum: optimumOf(wishes),
  upstream: USUAL,
  kills: [],
  ...more,
});

const each = <Item>(count: number, make: (n: number) => Item): readonly Item[] =>
  Array.from({ length: count }, (_, n) => make(n));

/** A backlog in one project, as messages of `perMessage` jobs. */
export const backlog = (jobs: number, perMessage: number, upstream = USUAL): Workload =>
  workload(
    `${jobs.toLocaleString('en')} jobs, ${perMessage} per message`,
    each(jobs / perMessage, (n) => wishFor(0, n * perMessage, perMessage)),
    { upstream },
  );

/** Many projects, their single-id messages mixed. */
export const manyProjects = (projects: number, jobsEach: number): Workload =>
  workload(
    `${projects} projects of ${jobsEach} jobs`,
    shuffled(
      each(projects * jobsEach, (n) => wishFor(n % projects, n, 1)),
      3,
    ),
  );

/** The queue gives a fifth of the messages twice. */
export const duplicates = (jobs: number): Workload => {
  const wishes = each(jobs, (n) => wishFor(0, n, 1));
  const twice = wishes.filter((_, n) => n % 5 === 0);
  const messages = shuffled([...wishes, ...twice], 5).map(messageOf);
  return workload(`${jobs.toLocaleString('en')} jobs, 20 % of the messages twice`, wishes, {
    messages,
  });
};

/** Each job is run and, a second later, stopped. The queue gives the messages in any order. */
export const outOfOrder = (jobs: number): Workload => {
  const at = Date.now() - 2_000;
  const one = (operation: 'run' | 'stop', acceptedAt: number) => (n: number) => ({
    ...wishFor(0, n, 1),
    operation,
    acceptedAt,
    id: v7({ msecs: acceptedAt }),
  });
  const stops = each(jobs, one('stop', at + 1_000));
  const wishes = [...each(jobs, one('run', at)), ...stops];
  return workload(`${jobs} jobs run and then stopped, in any order`, wishes, {
    messages: shuffled(wishes, 7).map(messageOf),
    optimum: optimumOf(stops),
  });
};

/** One job of twenty does not exist, and makes the upstream refuse its whole call. */
export const badIds = (jobs: number, perMessage = 1): Workload => {
  const bad = each(jobs / 20, (n) => jobOf(n * 20 + (n % 20)));
  return workload(
    `${jobs.toLocaleString('en')} jobs, 5 % bad ids`,
    each(jobs / perMessage, (n) => wishFor(0, n * perMessage, perMessage)),
    { upstream: { ...USUAL, badIds: new Set(bad) } },
  );
};

export const throttled = (jobs: number): Workload => ({
  ...backlog(jobs, 1, { ...USUAL, throttled: 0.3 }),
  title: `${jobs.toLocaleString('en')} jobs, 30 % of the calls throttled`,
});

export const limited = (jobs: number): Workload => ({
  ...backlog(jobs, 1, { ...USUAL, callsPerSecond: 20 }),
  title: `${jobs.toLocaleString('en')} jobs at 20 calls a second`,
});

/** A busy function is killed twice, when a quarter and when half of the jobs are answered. */
export const killed = (jobs: number): Workload => ({
  ...backlog(jobs, 1),
  title: `${jobs.toLocaleString('en')} jobs, two SIGKILLs in the middle of a batch`,
  kills: [jobs / 4, jobs / 2],
});
