import type { Slots } from '../batching/slots.ts';
import { groupKeyOf } from '../intent/plan.ts';
import type { CallEdges, ClaimCall } from './attempt.ts';
import { type LearnedShare, makeLearnedShare } from './bad-share.ts';
import type { DeadlineFor } from './budget.ts';
import { type IsolateEdges, isolate } from './isolate.ts';
import type { Call } from './planned.ts';
import {
  type CallScope,
  type ServedGroup,
  type SettleAttempt,
  sendCall,
  settleDenied,
} from './send-call.ts';

export interface CarryOutOptions {
  readonly deadlineFor: DeadlineFor;
  readonly claim: ClaimCall;
  /** By project: at most so many requests are under way at once. */
  readonly slotsOf: (project: string) => Slots;
  /** Whether jobs of a call may be sent now that were in no request before. If not, they are left as they are. */
  readonly mayBegin: (call: Call) => boolean;
}

/**
 * Carries out one planned call, in as many requests as it takes. Each job that was claimed, or that there was no time for,
 * is settled exactly once.
 */
export type CarryOut = (call: Call, settleAttempt: SettleAttempt) => Promise<void>;

/**
 * Carries out the calls of one invocation. Laws: each request has a slot of its project, and what has begun goes before what
 * has not. A call that may have been refused for one job's fault is taken apart, see {@link isolate}. What there is no time
 * for stays unanswered, and suspected. What was refused beside a status of success is not sent again before a look. A job
 * that is denied alone is rejected if others of its group are served.
 */
export const makeCarryOut = (edges: CallEdges, options: CarryOutOptions): CarryOut => {
  const servedOf = makeServed();
  const shareOf = makeShares();
  return async (planned, settleAttempt) => {
    const { deadlineFor } = options;
    const served = servedOf(planned);
    const scope: CallScope = { edges, deadlineFor, served, settleAttempt, deniedAlone: [] };
    const slots = options.slotsOf(planned.project_id);
    const share = shareOf(planned);
    await isolate(planned.carriers, {
      ...isolateEdges(scope, planned, options),
      slots,
      share,
      random: edges.random,
    });
    if (scope.deniedAlone.length > 0) await slots.run('first', () => settleDenied(scope));
  };
};

const isolateEdges = (
  scope: CallScope,
  planned: Call,
  { claim, mayBegin }: CarryOutOptions,
): Omit<IsolateEdges, 'slots' | 'share' | 'random'> => ({
  sendPiece: ({ carriers, attempts, suspects, isFresh, isToBlame }) =>
    sendCall(scope, {
      call: { ...planned, carriers },
      attempts,
      suspects,
      isToBlame,
      claim: isFresh ? claim : undefined,
    }),
  isServed: scope.served.is,
  mayBegin: () => mayBegin(planned),
  leave: async ({ attempt }, carriers, suspects) => {
    const left = attempt?.verdicts.filter(([carrier]) => carriers.includes(carrier)) ?? [];
    if (attempt !== undefined) await scope.settleAttempt({ ...attempt, verdicts: left, suspects });
  },
});

/** The group that a call is of. All calls of a group need the same rights. */
export const groupOf = ({ operation, project_id, options }: Call): string =>
  groupKeyOf(operation.name, project_id, options);

/** Counts the calls that served a job, by group. */
const makeServed = () => {
  const counts = new Map<string, number>();
  return (call: Call): ServedGroup => {
    const group = groupOf(call);
    return {
      is: () => counts.has(group),
      times: () => counts.get(group) ?? 0,
      note: () => counts.set(group, (counts.get(group) ?? 0) + 1),
    };
  };
};

/** What is known of the share of bad jobs, by group. */
const makeShares = () => {
  const shares = new Map<string, LearnedShare>();
  return (call: Call): LearnedShare => {
    const group = groupOf(call);
    const share = shares.get(group) ?? makeLearnedShare();
    shares.set(group, share);
    return share;
  };
};
