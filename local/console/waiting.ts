import type { JobAnswer } from '../../cli/why/job-answer.ts';
import { isOperationName, OPERATIONS } from '../../shared/operations/index.ts';
import type { Intents, KnownIntent } from './known-intents.ts';

/** Why jobs wait: how many, until when as far as the ledger tells, and one of them. */
export interface Waiting {
  readonly why: string;
  readonly count: number;
  /** Milliseconds since 1970. */
  readonly until?: number;
  readonly operation: string;
  readonly project_id: string;
  readonly job_id: string;
}

/** A job without a verdict. */
export interface OpenJob {
  readonly operation: string;
  readonly project_id: string;
  readonly job_id: string;
}

/** Jobs that the ledger is asked about in one second at most. */
const MOST_ASKED = 40;

/** What came just now does not wait: it flows. */
const FRESH_MS = 1_500;

const isOpen = ({ job_count, settled, jobs, at }: KnownIntent, now: number): boolean =>
  jobs.size > 0 && settled < job_count && now - at > FRESH_MS;

/** Jobs that wait for their verdict, of the latest intents, and how many there are in all. */
export const openJobs = (
  intents: Intents,
  now: number,
): { readonly asked: readonly OpenJob[]; readonly count: number } => {
  const asked: OpenJob[] = [];
  let count = 0;
  for (const intent of intents.all()) {
    if (!isOpen(intent, now)) continue;
    const { operation, project_id } = intent;
    for (const [job_id, { outcome }] of intent.jobs) {
      if (outcome !== undefined) continue;
      count += 1;
      if (asked.length < MOST_ASKED) asked.push({ operation, project_id, job_id });
    }
  }
  return { asked, count };
};

const later = (until: number | undefined, now: number): { readonly until?: number } =>
  until !== undefined && until > now ? { until } : {};

/** The operation that has to be over first, if there is one in a restart. */
const waitsFor = (operation: string): string | undefined =>
  isOperationName(operation) ? OPERATIONS[operation].restart?.after : undefined;

/** The reason in words, and its end. The circuit breaker goes before the claim: it stops all jobs. */
export const whyOf = (
  { operation }: Pick<OpenJob, 'operation'>,
  { breakers, newest, standing, facts, next }: JobAnswer,
  now: number,
): { readonly why: string; readonly until?: number } => {
  const [breaker] = breakers;
  if (breaker !== undefined) {
    const until = later(Date.parse(breaker.until), now);
    const what = breaker.state === 'open' ? 'cool-down: the circuit breaker is open' : 'one probe';
    return { why: breaker.reason === undefined ? what : `${what} (${breaker.reason})`, ...until };
  }
  if (waitsFor(operation) === newest?.operation && newest !== undefined)
    return { why: 'stop before run: it waits until the job stands still' };
  if (next.kind === 'expires') return { why: 'its deadline has passed: it expires' };
  const reason = facts.holder?.reason;
  switch (standing?.kind) {
    case 'doubtful':
      return {
        why: 'its request got no answer: we look at the job before another is sent',
        ...later(standing.until, now),
      };
    case 'live':
      return { why: 'lease: a call for it is under way', ...later(standing.until, now) };
    case 'unclear':
      return { why: 'a call may have gone out: the job is looked at first' };
    case 'released':
      return { why: reason === undefined ? 'it is tried again' : `it is tried again: ${reason}` };
    default:
      return { why: 'on the queue' };
  }
};

/** Groups the jobs that were asked about by why they wait. Those that were not asked about are counted apart. */
export const groupWaiting = (
  told: readonly (readonly [OpenJob, JobAnswer])[],
  count: number,
  now: number,
): readonly Waiting[] => {
  const groups = Map.groupBy(
    told,
    ([job, answer]) => `${job.operation} ${whyOf(job, answer, now).why}`,
  );
  const waiting = [...groups.values()].flatMap((group): Waiting[] => {
    const [[job, answer] = []] = group;
    if (job === undefined || answer === undefined) return [];
    return [{ ...whyOf(job, answer, now), count: group.length, ...job }];
  });
  const [first] = waiting;
  const rest = count - told.length;
  if (rest <= 0 || first === undefined) return waiting;
  const { operation, project_id, job_id } = first;
  return [...waiting, { why: 'others', count: rest, operation, project_id, job_id }];
};
