import { type CallInfo, type Timing, timingOf } from '../intent/result.ts';
import type { Log } from '../json/log.ts';
import { jobIdOf, pathFor } from '../operations/operation.ts';
import type { Denial } from '../reply/denial.ts';
import { isHeld, saysOf } from '../reply/reply.ts';
import type { Verdict } from '../reply/verdict.ts';
import type { SendBy } from '../upstream/destination.ts';
import type { Deadline } from '../upstream/send.ts';
import type { Call, Carrier } from './planned.ts';

export interface CallEdges {
  readonly send: SendBy;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly newId: () => string;
  /** In [0, 1). */
  readonly random: () => number;
}

/** One request and what it says of its jobs: a verdict each, in the call's order. */
export interface Attempt {
  readonly call: Call;
  readonly verdicts: readonly (readonly [Carrier, Verdict])[];
  readonly info: CallInfo;
  readonly timing: Timing;
  /** That nothing was sent, for want of time or because a circuit breaker is open. */
  readonly isHeld: boolean;
  /** Whether this invocation has claimed the jobs: of others it must not say that it asked for them. */
  readonly isClaimed: boolean;
  /** Of so many jobs, these among them, one is the reason why all were refused. Undefined: there is no such suspicion. */
  readonly suspects?: number | undefined;
  /** Seconds, if the upstream asked for a pause. */
  readonly retryAfter?: number | undefined;
}

/** Claims the jobs of a call; resolves to those that this invocation now has. */
export type ClaimCall = (call: Call) => Promise<readonly Carrier[]>;

/** One request to be made. */
export interface CallRequest {
  readonly call: Call;
  /** Calls that its jobs were open intent of, this one included. */
  readonly attempts: number;
  readonly deadline: Deadline;
  /** Undefined: the jobs are claimed already. */
  readonly claim: ClaimCall | undefined;
  /** Whether others are known to be served, so that a missing right is the job's own matter. */
  readonly areOthersServed: () => boolean;
}

/**
 * Sends one request. Law: its jobs are claimed when it has its turn and not before, however often it is sent then; those
 * that others have by that time are left out of it, and it says nothing of them.
 */
export const attemptCall = async (edges: CallEdges, wanted: CallRequest) => {
  const { call: planned, attempts, deadline, claim, areOthersServed } = wanted;
  const { operation, project_id } = planned;
  const id = edges.newId();
  let call = claim === undefined ? planned : undefined;
  let readyAt: number | undefined;
  const ready = async (): Promise<string | undefined> => {
    if (call === undefined) call = { ...planned, carriers: (await claim?.(planned)) ?? [] };
    const jobs = call.carriers.map(({ job }) => job);
    // Sent again, it was not served before: the first time is the one by which a look can judge.
    readyAt ??= edges.now();
    return jobs.length === 0 ? undefined : operation.encode(jobs, planned.options);
  };
  const request = {
    service: operation.service,
    project: project_id,
    route: operation.name,
    method: operation.method,
    path: pathFor(operation, project_id),
    ready,
    mayBlameJobs: () => (call ?? planned).carriers.length > 1 || areOthersServed(),
  } as const;
  const reply = await edges.send(request, deadline);
  const settledAt = edges.now();
  const asked = call ?? planned;
  const jobs = asked.carriers.map(({ job }) => jobIdOf(job));
  const { denial, retryAfter } = saysOf(reply);
  const { verdicts: read, suspect } = operation.decode(jobs, reply);
  const attempt: Attempt = {
    call: asked,
    verdicts: asked.carriers.map((carrier, i) => [carrier, soften(read[i] ?? UNREAD, denial)]),
    info: { id, size: jobs.length, attempts },
    timing: timingOf(readyAt ?? settledAt, settledAt),
    isHeld: isHeld(reply),
    isClaimed: call !== undefined,
    retryAfter,
  };
  const words = reply.kind === 'replied' ? reply.status : reply.reason;
  if (jobs.length > 0) tellOf(edges.log, attempt, { request_id: reply.requestId, reply: words });
  return { attempt, suspect, denial };
};

/** Of a job that the reader of a reply has left out: it may have been served. */
const UNREAD: Verdict = { kind: 'unanswered', served: 'maybe yet', reason: 'not read' };

/** What was denied as a whole was not served, whatever the body: so a page in place of a reply leaves nothing open. */
const soften = (verdict: Verdict, denial: Denial | undefined): Verdict => {
  if (denial === undefined || verdict.kind === 'delivered') return verdict;
  const { kind, error } = denial;
  if (kind === 'too large')
    return { kind: 'rejected', evidence: 'aggregate', error, doubtful: false };
  if (verdict.kind === 'rejected') return verdict;
  return { ...verdict, served: 'no', denied: { evidence: 'aggregate', error } };
};

const NO_TIME: Verdict = {
  kind: 'unanswered',
  served: 'no',
  reason: 'no time left in this invocation',
};

/** In place of a request that there is no time for. */
export const notSent = (
  { call, attempts, claim }: Pick<CallRequest, 'call' | 'attempts' | 'claim'>,
  now: number,
): Attempt => ({
  call,
  verdicts: call.carriers.map((carrier) => [carrier, NO_TIME]),
  isHeld: true,
  isClaimed: claim === undefined,
  info: { id: '', size: call.carriers.length, attempts },
  timing: timingOf(now, now),
});

const tellOf = (
  log: Log,
  { call, verdicts, info, timing }: Attempt,
  heard: { readonly request_id: string | undefined; readonly reply: string | number },
): void => {
  log.info('call', {
    call_id: info.id,
    operation: call.operation.name,
    project_id: call.project_id,
    options: call.options,
    jobs: info.size,
    intents: intentsOf(call),
    attempts: info.attempts,
    ...heard,
    ...tally(verdicts.map(([, verdict]) => verdict)),
    ms: timing.settledAt - timing.calledAt,
  });
};

/** Some of those who asked, so that a log can be searched by intent. */
const MOST_INTENTS = 10;

const intentsOf = ({ carriers }: Call): readonly string[] => {
  const ids = new Set<string>();
  for (const { wishedBy } of carriers)
    for (const { intent } of wishedBy) if (ids.size < MOST_INTENTS) ids.add(intent.intent_id);
  return [...ids];
};

/** Some of the reasons why jobs are unanswered, so that a line of the log stays one. */
const MOST_REASONS = 3;
const LONGEST_REASON = 200;

const tally = (verdicts: readonly Verdict[]) => {
  const count = (kind: Verdict['kind']) =>
    verdicts.filter((verdict) => verdict.kind === kind).length;
  const reasons = new Set<string>();
  for (const verdict of verdicts)
    if (verdict.kind === 'unanswered' && reasons.size < MOST_REASONS)
      reasons.add(verdict.reason.slice(0, LONGEST_REASON));
  return {
    delivered: count('delivered'),
    rejected: count('rejected'),
    unanswered: count('unanswered'),
    ...(reasons.size > 0 && { why: [...reasons] }),
  };
};
