import { UNTRACED } from '../json/span.ts';
import { UNSPECIFIED } from '../reply/rows.ts';
import { mayBeServed, type Verdict } from '../reply/verdict.ts';
import { type Deadline, isInTime } from '../upstream/send.ts';
import { type Attempt, attemptCall, type CallEdges, type ClaimCall, notSent } from './attempt.ts';
import type { DeadlineFor } from './budget.ts';
import { logAttempt } from './log-attempt.ts';
import type { Call } from './planned.ts';
import type { SentCall } from './sent-call.ts';
import { traceAttempt } from './trace-attempt.ts';

export type SettleAttempt = (attempt: Attempt) => Promise<void>;

/** Whether any job of a group was served in this invocation. */
export interface ServedGroup {
  readonly is: () => boolean;
  /** How many calls served one. */
  readonly times: () => number;
  readonly note: () => void;
}

/** A job that was denied alone, and how many calls had served others by then. */
interface DeniedAlone {
  readonly attempt: Attempt;
  readonly servedBefore: number;
}

/** What the requests of one planned call have in common. */
export interface CallScope {
  readonly edges: CallEdges;
  readonly deadlineFor: DeadlineFor;
  readonly served: ServedGroup;
  readonly settleAttempt: SettleAttempt;
  /** Jobs that wait for {@link settleDenied}: by then it shows whether the denial is of the job or of the credential. */
  readonly deniedAlone: DeniedAlone[];
}

/** One request of a planned call. */
export interface CallStep {
  readonly call: Call;
  /** Requests that its jobs were in, this one included. */
  readonly attempts: number;
  /** Among so many jobs is the reason of the last refusal. Undefined: there is no such suspicion. */
  readonly suspects?: number | undefined;
  /** Undefined: the jobs are claimed already. */
  readonly claim?: ClaimCall | undefined;
  /** Whether a refusal is known to be one job's matter, as that of the call was. */
  readonly isToBlame?: boolean;
}

/**
 * Sends one request, and settles what it tells. Several jobs that were refused as a whole stay unsettled: they are to be
 * taken apart. A job that was denied alone stays unsettled until {@link settleDenied}.
 */
export const sendCall = async (scope: CallScope, step: CallStep): Promise<SentCall> => {
  const { edges, deadlineFor, served, settleAttempt, deniedAlone } = scope;
  const { call, attempts, suspects, claim, isToBlame = false } = step;
  const deadline = whileWished(call, deadlineFor(call.project_id));
  if (!isInTime(deadline, edges.now())) return leaveUnsent(scope, step);
  const areOthersServed = () => isToBlame || served.is();
  const request = { call, attempts, deadline, claim, areOthersServed };
  const { attempt, reply, suspect, denial } = await attemptCall(edges, request);
  if (attempt.info.size > 0) logAttempt(edges.log, attempt, reply);
  if (!attempt.isHeld) traceAttempt(edges.startSpan ?? UNTRACED, attempt, reply);
  const verdicts = attempt.verdicts.map(([, verdict]) => verdict);
  const isShared = verdicts.length > 1;
  const isRefused = (suspect || denial !== undefined) && verdicts.every(isNo);
  const isDenied = isRefused && denial?.kind === 'denied';
  if (isDenied && !isShared)
    deniedAlone.push({ attempt: { ...attempt, suspects }, servedBefore: served.times() });
  if (isDenied || (isShared && isRefused))
    return { passage: isDenied ? 'denied' : 'suspect', isBad: true, isRefused, attempt };
  if (verdicts.some(isYes)) served.note();
  // If the reply tells of no job, one of them may be the reason.
  const isInVain = isShared && verdicts.every(mayBeServed);
  const found = { ...attempt, suspects: isInVain ? verdicts.length : suspects };
  await settleAttempt(verdicts.some(isYes) ? besideServed(found) : found);
  const isThrough = verdicts.every(isYes);
  return { passage: isThrough ? 'through' : undefined, isBad: !isThrough, isRefused, attempt };
};

const leaveUnsent = async (
  { edges, settleAttempt }: CallScope,
  { call, attempts, suspects, claim }: CallStep,
): Promise<SentCall> => {
  const whose = { operation: call.operation.name, jobs: call.carriers.length };
  if (claim !== undefined) edges.log.warn('no time left', whose);
  await settleAttempt({ ...notSent({ call, attempts, claim }, edges.now()), suspects });
  return { passage: undefined, isBad: true, isRefused: false, attempt: undefined };
};

/** Settles the jobs that were denied alone. If others were served, such a job is rejected. */
export const settleDenied = async (scope: CallScope): Promise<void> => {
  const { deniedAlone, settleAttempt } = scope;
  for (const denied of deniedAlone.splice(0)) await settleOrSendAgain(scope, denied);
  // Those that were denied again beside others that were served.
  for (const { attempt } of deniedAlone.splice(0)) await settleAttempt(besideServed(attempt));
};

const settleOrSendAgain = async (
  scope: CallScope,
  { attempt, servedBefore }: DeniedAlone,
): Promise<void> => {
  const { served, settleAttempt } = scope;
  const { call, info } = attempt;
  if (!served.is()) await settleAttempt(attempt);
  else if (!isWordless(attempt)) await settleAttempt(besideServed(attempt));
  else if (served.times() === servedBefore) await settleAttempt(attempt);
  else await sendCall(scope, { call, attempts: info.attempts + 1, suspects: 1 });
};

/**
 * Denied without the service's own code, as by a page: what stands before the service may deny every job for a while. It is
 * the job's own matter if it is denied, then others are served, and then it is denied again.
 */
const isWordless = ({ verdicts }: Attempt): boolean =>
  verdicts.some(
    ([, verdict]) => verdict.kind === 'unanswered' && verdict.denied?.error.code === UNSPECIFIED,
  );

const isYes = ({ kind }: Verdict): boolean => kind === 'delivered';

const isNo = (verdict: Verdict): boolean =>
  verdict.kind === 'rejected' || (verdict.kind === 'unanswered' && verdict.served === 'no');

/** A job that was denied beside others that were served is rejected: the denial is its own matter. */
const besideServed = (attempt: Attempt): Attempt => ({
  ...attempt,
  verdicts: attempt.verdicts.map(([carrier, verdict]) =>
    verdict.kind === 'unanswered' && verdict.denied !== undefined
      ? [carrier, { kind: 'rejected', ...verdict.denied, doubtful: false }]
      : [carrier, verdict],
  ),
});

/** The deadline of a call: the budget's, or the last moment at which an intent wants every job of it. */
const whileWished = (call: Call, budgeted: Deadline): Deadline => {
  const last = deadlineOf(call) - 1;
  return {
    beginBy: () => Math.min(budgeted.beginBy(), last),
    signal: budgeted.signal,
  };
};

/** Until when every job of a call is wanted by an intent, in milliseconds since 1970. */
const deadlineOf = ({ carriers }: Call): number =>
  Math.min(
    ...carriers.map(({ wishedBy }) =>
      Math.max(
        ...wishedBy.map(({ intent: { expires_at: end } }) =>
          end === undefined ? Number.POSITIVE_INFINITY : Date.parse(end),
        ),
      ),
    ),
  );
