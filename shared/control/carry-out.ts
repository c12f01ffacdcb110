import { UNSPECIFIED } from '../reply/rows.ts';
import type { Verdict } from '../reply/verdict.ts';
import { type Deadline, isInTime } from '../upstream/send.ts';
import { type Attempt, attemptCall, type CallEdges, type ClaimCall, notSent } from './attempt.ts';
import type { DeadlineFor } from './budget.ts';
import { badOf, makeIsolate, type SentCall } from './isolate.ts';
import type { Call } from './planned.ts';

export type { Attempt, CallEdges };

export interface CarryOutOptions {
  readonly deadlineFor: DeadlineFor;
  readonly claim: ClaimCall;
}

type SettleAttempt = (attempt: Attempt) => Promise<void>;

/** Carries out one planned call, in as many requests as it takes; reports every job that it has claimed, or has no time for, exactly once. */
export type CarryOut = (call: Call, settleAttempt: SettleAttempt) => Promise<void>;

/**
 * Carries out the calls of one invocation. Laws: a refusal of a whole call that may be one job's fault is taken apart,
 * see {@link makeIsolate}; what there is no time for stays unanswered, and suspected; what was refused beside a status of
 * success is not asked again before a look. A job that is denied alone is rejected if others of its kind are served.
 */
export const makeCarryOut = (edges: CallEdges, options: CarryOutOptions): CarryOut => {
  const groups = new Map<string, number>();

  return async (planned, settleAttempt) => {
    const group = groupOf(planned);
    const served: Served = {
      is: () => groups.has(group),
      times: () => groups.get(group) ?? 0,
      note: () => groups.set(group, (groups.get(group) ?? 0) + 1),
    };
    const { sendCall, tellDenied } = makeSendCall(
      edges,
      options.deadlineFor,
      served,
      settleAttempt,
    );
    const takeApart = makeIsolate({
      sendCall,
      isServed: served.is,
      random: edges.random,
      leave: async ({ attempt }, { carriers }, suspects) => {
        const left = attempt?.verdicts.filter(([carrier]) => carriers.includes(carrier)) ?? [];
        if (attempt !== undefined) await settleAttempt({ ...attempt, verdicts: left, suspects });
      },
    });
    const whole = await sendCall(planned, 1, undefined, options.claim);
    for (const bad of badOf(whole.attempt?.call ?? planned, whole, 2)) await takeApart(bad);
    await tellDenied();
  };
};

/** Whether any job of a group was served. */
interface Served {
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

/**
 * Denied without the service's own code, as by a page: whoever stands before the service may deny all for a while. It is
 * the job's own matter if it is denied, then others are served, and then it is denied again.
 */
const isWordless = ({ verdicts }: Attempt): boolean =>
  verdicts.some(
    ([, verdict]) => verdict.kind === 'unanswered' && verdict.denied?.error.code === UNSPECIFIED,
  );

/** Sends the requests of one planned call. What was denied alone is told last: by then it shows whose matter it is. */
const makeSendCall = (
  edges: CallEdges,
  deadlineFor: DeadlineFor,
  served: Served,
  settleAttempt: SettleAttempt,
) => {
  const deniedAlone: DeniedAlone[] = [];

  const sendCall = async (
    call: Call,
    attempts: number,
    suspects?: number,
    claim?: ClaimCall,
  ): Promise<SentCall> => {
    const deadline = whileWished(call, deadlineFor(call.project_id));
    const request = { call, attempts, deadline, claim, areOthersServed: served.is };
    if (!isInTime(deadline, edges.now())) {
      const whose = { operation: call.operation.name, jobs: call.carriers.length };
      if (claim !== undefined) edges.log.warn('no time left', whose);
      await settleAttempt({ ...notSent(request, edges.now()), suspects });
      return { passage: undefined, isBad: true, attempt: undefined };
    }
    const { attempt, suspect, denial } = await attemptCall(edges, request);
    const verdicts = attempt.verdicts.map(([, verdict]) => verdict);
    const isShared = verdicts.length > 1;
    const isRefused = (suspect || denial !== undefined) && verdicts.every(isNo);
    const isDenied = isRefused && denial?.kind === 'denied';
    if (isDenied && !isShared)
      deniedAlone.push({ attempt: { ...attempt, suspects }, servedBefore: served.times() });
    if (isDenied || (isShared && isRefused))
      return { passage: isDenied ? 'denied' : 'suspect', isBad: true, attempt };
    if (verdicts.some(isYes)) served.note();
    const isInVain = isShared && verdicts.every(isUnclear);
    const found = { ...attempt, suspects: isInVain ? verdicts.length : suspects };
    await settleAttempt(verdicts.some(isYes) ? besideServed(found) : found);
    const isThrough = verdicts.every(isYes);
    return { passage: isThrough ? 'through' : undefined, isBad: !isThrough, attempt };
  };

  return {
    sendCall,
    tellDenied: async (): Promise<void> => {
      const isAgain = new Set<Call>();
      // What is still denied on a second request joins the list.
      for (const { attempt, servedBefore } of deniedAlone) {
        const { call } = attempt;
        if (!served.is()) await settleAttempt(attempt);
        else if (!isWordless(attempt) || isAgain.has(call))
          await settleAttempt(besideServed(attempt));
        else if (served.times() === servedBefore) await settleAttempt(attempt);
        else {
          isAgain.add(call);
          await sendCall(call, attempt.info.attempts + 1, 1);
        }
      }
    },
  };
};

/** Calls of the same operation and options for one project: they need the same rights. */
export const groupOf = ({ operation, project_id, options }: Call): string =>
  `${operation.name} ${project_id} ${JSON.stringify(options)}`;

const isYes = ({ kind }: Verdict): boolean => kind === 'delivered';

const isNo = (verdict: Verdict): boolean =>
  verdict.kind === 'rejected' || (verdict.kind === 'unanswered' && verdict.served === 'no');

/** Nobody can tell whether it was served: should one of them be the reason, the others have to be rid of it. */
export const isUnclear = (verdict: Verdict): boolean =>
  verdict.kind === 'unanswered' && verdict.served !== 'no';

/** What is denied beside others that are served is the job's own matter. */
const besideServed = (attempt: Attempt): Attempt => ({
  ...attempt,
  verdicts: attempt.verdicts.map(([carrier, verdict]) =>
    verdict.kind === 'unanswered' && verdict.denied !== undefined
      ? [carrier, { kind: 'rejected', ...verdict.denied, doubtful: false }]
      : [carrier, verdict],
  ),
});

/** The deadline of a call: the budget's, or the last moment at which every job of it is still wished by an intent. */
const whileWished = (call: Call, { beginBy, signal }: Deadline): Deadline => ({
  beginBy: Math.min(beginBy, deadlineOf(call) - 1),
  signal,
});

/** Until when every job of a call is wished by an intent, in milliseconds since 1970. */
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
