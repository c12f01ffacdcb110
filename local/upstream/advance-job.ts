import type { Accepted, JobState, Law, Phase } from './job-law.ts';
import { SIMULATED } from './operations/index.ts';

/**
 * What is shown later than it is true is shown in order, and never before what was true before it. A state that the job
 * leaves at the very moment in which it came into it is not shown.
 */
const showLater = (job: JobState, at: number): void => {
  const { status, startedAt, toShow } = job;
  const from = Math.max(at + job.statusLagMs, toShow.at(-1)?.from ?? 0);
  const lasted = toShow.filter(({ since }) => since < at);
  job.toShow = [...lasted, { since: at, from, status, startedAt }];
};

/** What an operation does to a job, with the time of each state. */
const phasesOf = (
  law: Law,
  { at, options, manner }: Accepted,
  stepMs: number,
): readonly Phase[] => {
  let from = at;
  return law
    .steps(options, at, () => stepMs, manner)
    .map(({ afterMs, ...step }) => {
      from += afterMs;
      return { from, ...step };
    });
};

const takeEffect = (job: JobState, call: Accepted, stepMs: number): void => {
  const { at, operation, options, manner } = call;
  const { law } = SIMULATED[operation];
  if (!law.allows(job, options)) return;
  const effect = law.effect(job, options, manner);
  if (effect !== undefined) job.effects = [...job.effects, { at, ...effect }];
  if (effect !== undefined && law.starts) job.startedAt = at;
  job.statusLagMs = manner.statusLagMs;
  job.ahead = phasesOf(law, call, stepMs);
};

/** Brings a job up to date: its states and the calls that wait, in the order of their times. */
export const advance = (job: JobState, now: number, step: number): JobState => {
  for (;;) {
    const [phase] = job.ahead;
    const [call] = job.accepted;
    if (phase !== undefined && phase.from <= Math.min(now, call?.at ?? now)) {
      job.ahead = job.ahead.slice(1);
      job.status = phase.status;
      job.savepoint = phase.savepoint ?? job.savepoint;
      showLater(job, phase.from);
    } else if (call !== undefined && call.at <= now) {
      job.accepted = job.accepted.slice(1);
      takeEffect(job, call, step);
    } else break;
  }
  const due = job.toShow.findLast(({ from }) => from <= now);
  if (due !== undefined) job.shown = { status: due.status, startedAt: due.startedAt };
  job.toShow = job.toShow.filter(({ from }) => from > now);
  return job;
};
