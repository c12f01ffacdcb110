import { groupKeyOf } from '../intent/plan.ts';
import type { CallEdges, ClaimCall } from './attempt.ts';
import type { DeadlineFor } from './budget.ts';
import { badOf, makeIsolate } from './isolate.ts';
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
}

/**
 * Carries out one planned call, in as many requests as it takes. Each job that was claimed, or that there was no time for,
 * is settled exactly once.
 */
export type CarryOut = (call: Call, settleAttempt: SettleAttempt) => Promise<void>;

/**
 * Carries out the calls of one invocation. Laws: a whole call that may have been refused for one job's fault is taken apart,
 * see {@link makeIsolate}. What there is no time for stays unanswered, and suspected. What was refused beside a status of
 * success is not sent again before a look. A job that is denied alone is rejected if others of its group are served.
 */
export const makeCarryOut = (edges: CallEdges, options: CarryOutOptions): CarryOut => {
  const servedOf = makeServed();
  return async (planned, settleAttempt) => {
    const served = servedOf(planned);
    const { deadlineFor, claim } = options;
    const scope: CallScope = { edges, deadlineFor, served, settleAttempt, deniedAlone: [] };
    const isolate = makeIsolate({
      sendCall: (call, attempts, suspects) => sendCall(scope, { call, attempts, suspects }),
      isServed: served.is,
      random: edges.random,
      leave: async ({ attempt }, { carriers }, suspects) => {
        const left = attempt?.verdicts.filter(([carrier]) => carriers.includes(carrier)) ?? [];
        if (attempt !== undefined) await settleAttempt({ ...attempt, verdicts: left, suspects });
      },
    });
    const whole = await sendCall(scope, { call: planned, attempts: 1, claim });
    for (const bad of badOf(whole.attempt?.call ?? planned, whole, 2)) await isolate(bad);
    await settleDenied(scope);
  };
};

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
