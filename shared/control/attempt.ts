import { type CallInfo, type Timing, timingOf } from '../intent/result.ts';
import type { Log } from '../json/log.ts';
import type { StartSpan } from '../json/span.ts';
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
  /** Records a span for each request that went out. Undefined: none. */
  readonly startSpan?: StartSpan | undefined;
}

/** One request, and what it says of its jobs: a verdict each, in the call's order. */
export interface Attempt {
  readonly call: Call;
  readonly verdicts: readonly (readonly [Carrier, Verdict])[];
  readonly info: CallInfo;
  readonly timing: Timing;
  /** Nothing was sent: there was no time, or a circuit breaker was open. */
  readonly isHeld: boolean;
  /** Whether this invocation has claimed the jobs. If not, it must not record a request for them. */
  readonly isClaimed: boolean;
  /** Among so many jobs, these included, is the reason why all were refused. Undefined: there is no such suspicion. */
  readonly suspects?: number | undefined;
  /** Seconds, if the upstream asked for a pause. */
  readonly retryAfter?: number | undefined;
}

/** Claims the jobs of a call. Resolves to those that this invocation now has. */
export type ClaimCall = (call: Call) => Promise<readonly Carrier[]>;

/** One request to be made. */
export interface CallRequest {
  readonly call: Call;
  /** Requests that its jobs were in, this one included. */
  readonly attempts: number;
  readonly deadline: Deadline;
  /** Undefined: the jobs are claimed already. */
  readonly claim: ClaimCall | undefined;
  /** Whether other jobs are known to be served, or to be no reason. Then a refusal is the job's own matter. */
  readonly areOthersServed: () => boolean;
}

/**
 * Sends one request. Law: its jobs are claimed when it has its turn, not before, and once however often it is sent then. Jobs
 * that another invocation has by that time are left out, and the attempt says nothing of them.
 */
export const attemptCall = async (edges: CallEdges, wanted: CallRequest) => {
  const { call: planned, attempts, deadline, areOthersServed } = wanted;
  const { operation, project_id } = planned;
  const id = edges.newId();
  const turn = makeTurn(edges, wanted);
  const reply = await edges.send(
    {
      service: operation.service,
      project: project_id,
      route: operation.name,
      method: operation.method,
      path: pathFor(operation, project_id),
      ready: turn.ready,
      mayBlameJobs: () => turn.call().carriers.length > 1 || areOthersServed(),
    },
    deadline,
  );
  const settledAt = edges.now();
  const call = turn.call();
  const jobs = call.carriers.map(({ job }) => jobIdOf(job));
  const { denial, retryAfter } = saysOf(reply);
  const { verdicts: read, suspect } = operation.decode(jobs, reply);
  const attempt: Attempt = {
    call,
    verdicts: call.carriers.map((carrier, i) => [carrier, withDenial(read[i] ?? UNREAD, denial)]),
    info: { id, size: jobs.length, attempts },
    timing: timingOf(turn.readyAt() ?? settledAt, settledAt),
    isHeld: isHeld(reply),
    isClaimed: turn.isClaimed(),
    retryAfter,
  };
  return { attempt, reply, suspect, denial };
};

/** What becomes of a call when the request has its turn: its jobs are claimed, and its body is written. */
const makeTurn = ({ now }: Pick<CallEdges, 'now'>, { call: planned, claim }: CallRequest) => {
  let claimed = claim === undefined ? planned : undefined;
  let readyAt: number | undefined;
  return {
    ready: async (): Promise<string | undefined> => {
      if (claimed === undefined) claimed = { ...planned, carriers: (await claim?.(planned)) ?? [] };
      const jobs = claimed.carriers.map(({ job }) => job);
      // A request that is sent again was not served before. Still, looks go by its first time.
      readyAt ??= now();
      return jobs.length === 0 ? undefined : planned.operation.encode(jobs, planned.options);
    },
    call: (): Call => claimed ?? planned,
    isClaimed: (): boolean => claimed !== undefined,
    /** When it was ready first, in milliseconds since 1970. */
    readyAt: (): number | undefined => readyAt,
  };
};

/** In case `decode` gives a job no verdict, which would be a bug. The job may have been served. */
const UNREAD: Verdict = { kind: 'unanswered', served: 'maybe yet', reason: 'not read' };

/** A request that was denied as a whole was not served, whatever its body says. So no job of it is left in doubt. */
const withDenial = (verdict: Verdict, denial: Denial | undefined): Verdict => {
  if (denial === undefined || verdict.kind === 'delivered') return verdict;
  const { kind, error } = denial;
  if (kind === 'too large')
    return { kind: 'rejected', evidence: 'aggregate', error, doubtful: false };
  if (verdict.kind === 'rejected') return verdict;
  return { ...verdict, served: 'no', denied: { evidence: 'aggregate', error } };
};

const UNBEGUN: Verdict = {
  kind: 'unanswered',
  served: 'no',
  reason: 'no time left in this invocation',
};

/** The attempt that stands for a request that there is no time for. */
export const notSent = (
  { call, attempts, claim }: Pick<CallRequest, 'call' | 'attempts' | 'claim'>,
  now: number,
): Attempt => ({
  call,
  verdicts: call.carriers.map((carrier) => [carrier, UNBEGUN]),
  isHeld: true,
  isClaimed: claim === undefined,
  info: { id: '', size: call.carriers.length, attempts },
  timing: timingOf(now, now),
});
