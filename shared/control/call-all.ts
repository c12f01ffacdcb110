import { slotsPer } from '../batching/slots.ts';
import { cutCalls, partRepeats } from '../intent/cut-calls.ts';
import { makeCarryOut } from './carry-out.ts';
import { candidatesOf } from './claim.ts';
import type { Decisions } from './decide.ts';
import { destinationOf } from './destinations.ts';
import type { OpenIntent } from './open-intent.ts';
import type { Call, Carrier } from './planned.ts';
import { makeProgress } from './progress.ts';
import type { Run } from './run.ts';
import { makeSettleAttempt } from './settle-attempt.ts';
import { makeSuspicion } from './suspicion.ts';

/**
 * Claims and calls what may be called, and takes refused calls apart. An open intent is finished as soon as none of its
 * jobs waits for a call any more. So a slow project holds up its own results alone.
 */
export const callAll = async (
  run: Run,
  openIntents: readonly OpenIntent[],
  decisions: Decisions,
  finish: (openIntents: readonly OpenIntent[]) => Promise<void>,
): Promise<void> => {
  const parted = partRepeats(decisions.calls, (carrier) => decisions.repeats.get(carrier));
  const calls = cutCalls(parted, run.limits.maxJobsPerCall);
  const suspicion = makeSuspicion({
    invocation: run.invocation,
    isRepeat: (carrier) => decisions.repeats.has(carrier),
  });
  const perform = makePerform(run, decisions, suspicion);
  const progress = makeProgress(openIntents, calls);
  await Promise.all([
    finish(progress.uncalled),
    ...calls.map(async (call) => {
      await perform(call);
      await finish(progress.finishedBy(call));
    }),
  ]);
  await run.recordAndPublish(suspicion.narrow());
};

/** Carries out one call, as long as its circuit breakers are closed, and settles what its attempts tell. */
const makePerform = (
  run: Run,
  { candidates }: Decisions,
  suspicion: ReturnType<typeof makeSuspicion>,
) => {
  const { invocation, edges, limits, breakers, budget, claim, lookAfter } = run;
  const settleAttempt = makeSettleAttempt({
    ...limits,
    invocation,
    lookAt: lookAfter,
    now: edges.now,
    clearFrom: (carrier: Carrier) => candidates.get(carrier)?.clearFrom ?? 0,
  });
  const carryOut = makeCarryOut(
    { ...edges, send: breakers.send },
    {
      deadlineFor: budget.calls,
      claim: (call) => claim(candidatesOf(call, candidates), 'nothing'),
      slotsOf: slotsPer(limits.callConcurrency),
      mayBegin: (call) => breakers.stateOf(destinationOf(call)) === 'closed',
    },
  );
  return (call: Call): Promise<void> =>
    carryOut(call, async (attempt) => {
      suspicion.note(attempt);
      await settleAttempt(attempt);
    });
};
