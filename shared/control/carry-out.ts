import type { MayBegin } from '../core/operation.ts';
import type { Verdict } from '../core/outcome.ts';
import type { Call } from '../core/plan.ts';
import { type Attempt, attemptCall, type CallEdges, type ClaimJobs, unsent } from './attempt.ts';
import type { TimeFor } from './budget.ts';
import { type Asked, badOf, makeIsolate } from './isolate.ts';

export type { Attempt, CallEdges };

export interface CarryOutOptions {
  readonly timeFor: TimeFor;
  readonly claim: ClaimJobs;
}

type Report = (attempt: Attempt) => Promise<void>;

/** Carries out one planned call, in as many requests as it takes; reports every job that it has claimed, or has no time for, exactly once. */
export type CarryOut = (call: Call, report: Report) => Promise<void>;

/**
 * Carries out the calls of one invocation. Laws: a refusal of a whole call that may be one job's fault is taken apart,
 * see {@link makeIsolate}; what there is no time for stays unanswered, and suspected; what was refused beside a status of
 * success is not asked again before a look. A job that is denied alone is rejected if others of its kind are served.
 */
export const makeCarryOut = (edges: CallEdges, { timeFor, claim }: CarryOutOptions): CarryOut => {
  const served = new Set<string>();

  return async (planned, report) => {
    const group = groupOf(planned);
    const deniedAlone: Attempt[] = [];

    const ask = async (
      call: Call,
      attempts: number,
      suspects?: number,
      claiming?: ClaimJobs,
    ): Promise<Asked> => {
      const mayBegin = inTime(edges.now, call, timeFor(call.project_id));
      const areOthersServed = () => served.has(group);
      const asking = { call, attempts, mayBegin, claim: claiming, areOthersServed };
      if (!mayBegin()) {
        await report({ ...unsent(asking, edges.now()), suspects });
        return { passage: undefined, attempt: undefined };
      }
      const { attempt, suspect, denial } = await attemptCall(edges, asking);
      const verdicts = attempt.verdicts.map(([, verdict]) => verdict);
      const isShared = verdicts.length > 1;
      const isRefused = (suspect || denial !== undefined) && verdicts.every(isNo);
      if (denial?.kind === 'denied' && !isShared) deniedAlone.push({ ...attempt, suspects });
      if (denial?.kind === 'denied' && isRefused) return { passage: 'denied', attempt };
      if (isShared && isRefused) return { passage: 'suspect', attempt };
      if (verdicts.some(isYes)) served.add(group);
      const isInVain = isShared && verdicts.every(isUnclear);
      const found = { ...attempt, suspects: isInVain ? verdicts.length : suspects };
      await report(verdicts.some(isYes) ? whereOthersAreServed(found) : found);
      return { passage: verdicts.every(isYes) ? 'through' : undefined, attempt };
    };

    const takeApart = makeIsolate({
      ask,
      isServed: () => served.has(group),
      random: edges.random,
      leave: async ({ attempt }, { carriers }, suspects) => {
        const left = attempt?.verdicts.filter(([carrier]) => carriers.includes(carrier)) ?? [];
        if (attempt !== undefined) await report({ ...attempt, verdicts: left, suspects });
      },
    });

    const whole = await ask(planned, 1, undefined, claim);
    for (const bad of badOf(whole.attempt?.call ?? planned, whole, 2)) await takeApart(bad);
    for (const attempt of deniedAlone)
      await report(served.has(group) ? whereOthersAreServed(attempt) : attempt);
  };
};

/** Jobs that need the same rights. */
const groupOf = ({ operation, project_id, options }: Call): string =>
  `${operation.name} ${project_id} ${JSON.stringify(options)}`;

const isYes = ({ kind }: Verdict): boolean => kind === 'delivered';

const isNo = (verdict: Verdict): boolean =>
  verdict.kind === 'rejected' || (verdict.kind === 'unanswered' && verdict.served === 'no');

/** Nobody can tell whether it was served: should one of them be the reason, the others have to be rid of it. */
const isUnclear = (verdict: Verdict): boolean =>
  verdict.kind === 'unanswered' && verdict.served !== 'no';

/** What is denied beside others that are served is the job's own matter. */
const whereOthersAreServed = (attempt: Attempt): Attempt => ({
  ...attempt,
  verdicts: attempt.verdicts.map(([carrier, verdict]) =>
    verdict.kind === 'unanswered' && verdict.denied !== undefined
      ? [carrier, { kind: 'rejected', ...verdict.denied, doubtful: false }]
      : [carrier, verdict],
  ),
});

/** There has to be time for it, and every job of it still wished by somebody. */
const inTime = (now: () => number, call: Call, isTime: MayBegin): MayBegin => {
  const deadline = deadlineOf(call);
  return (inMs = 0) => isTime(inMs) && now() + inMs < deadline;
};

/** Until when every job of a call is wished by somebody, in milliseconds since 1970. */
const deadlineOf = ({ carriers }: Call): number =>
  Math.min(
    ...carriers.map(({ askers }) =>
      Math.max(
        ...askers.map(({ intent: { expires_at: end } }) =>
          end === undefined ? Number.POSITIVE_INFINITY : Date.parse(end),
        ),
      ),
    ),
  );
