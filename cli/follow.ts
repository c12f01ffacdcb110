import { setTimeout as sleep } from 'node:timers/promises';
import type { IntentStatus, JobStatus } from '../clients/typescript/src/schemas.ts';
import { CommandError, EXIT, type Exit } from './exit.ts';
import type { Target } from './target/target.ts';
import { clean, cleanJson } from './text/clean.ts';
import { paintWord } from './text/paint.ts';
import { outcomesText, progressBar } from './text/results-text.ts';
import type { World } from './world.ts';

export interface FollowOptions {
  readonly isJson: boolean;
  /** Milliseconds. Undefined: until every job has its verdict. */
  readonly timeoutMs: number | undefined;
  /** Whether there is no more to do once stdout takes no more. */
  readonly endsUnread?: boolean;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;

/** What was told so far of all intents. */
interface Told {
  readonly jobs: Map<string, JobStatus>;
  readonly counts: Map<string, number>;
  readonly open: Set<string>;
}

const isNews = ({ jobs }: Told, intentId: string, job: JobStatus): boolean =>
  job.outcome !== undefined && !jobs.has(`${intentId} ${job.job_id}`);

const lineOf = ({ paint }: World, { job_id, outcome, evidence, error }: JobStatus): string => {
  const why = error === undefined ? evidence : `${error.code}: ${error.message}`;
  const tail = why === undefined ? '' : `  ${clean(why)}`;
  return `${clean(job_id)}  ${paintWord(paint, clean(outcome ?? '-'))}${tail}`;
};

const tellNews = (world: World, told: Told, status: IntentStatus, isJson: boolean): void => {
  const { intent_id } = status;
  if (status.job_count !== undefined) told.counts.set(intent_id, status.job_count);
  const news = (status.jobs ?? []).filter((job) => isNews(told, intent_id, job));
  if (news.length > 0) world.overwrite?.('');
  for (const job of news) {
    told.jobs.set(`${intent_id} ${job.job_id}`, job);
    world.out(isJson ? cleanJson({ intent_id, ...job }) : lineOf(world, job));
  }
  if (status.status === 'settled') told.open.delete(intent_id);
};

const showBar = ({ overwrite }: World, { jobs, counts }: Told): void => {
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  overwrite?.(all === 0 ? 'waiting for the first verdicts' : progressBar(jobs.size, all));
};

const endOf = (world: World, { jobs }: Told): Exit => {
  const all = [...jobs.values()];
  world.overwrite?.('');
  world.say(outcomesText(all));
  return all.every(({ outcome }) => outcome === 'delivered') ? EXIT.done : EXIT.trouble;
};

const isLate = (world: World, since: number, timeoutMs: number | undefined): boolean =>
  timeoutMs !== undefined && world.now() - since >= timeoutMs;

const tooLate = (world: World, told: Told): CommandError => {
  world.overwrite?.('');
  const ids = [...told.open].join(' ');
  return new CommandError(EXIT.unanswered, `not every job has its verdict yet: ${ids}`, {
    remedy: `go on with: job-fanin watch ${ids}; to see what a job waits for: job-fanin why <job>`,
  });
};

/**
 * Prints each job's verdict as it comes, until every job has one. Law: each verdict is printed once. It resolves to `done`
 * if all jobs were delivered.
 */
export const follow = async (
  world: World,
  { client }: Target,
  intentIds: readonly string[],
  { isJson, timeoutMs, endsUnread = false }: FollowOptions,
): Promise<Exit> => {
  const told: Told = { jobs: new Map(), counts: new Map(), open: new Set(intentIds) };
  const since = world.now();
  let pause = FIRST_PAUSE_MS;
  for (;;) {
    const before = told.jobs.size;
    for (const id of told.open)
      tellNews(world, told, await client.status(id, { signal: world.signal }), isJson);
    if (told.open.size === 0) return endOf(world, told);
    if (endsUnread && world.unread.aborted) return EXIT.done;
    showBar(world, told);
    if (isLate(world, since, timeoutMs)) throw tooLate(world, told);
    pause = told.jobs.size > before ? FIRST_PAUSE_MS : Math.min(LONGEST_PAUSE_MS, pause * 1.5);
    await sleep(pause, undefined, { signal: world.signal });
  }
};
