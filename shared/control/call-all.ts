import { slotsPer } from '../batching/slots.ts';
import { type Call, type Carrier, cutCalls, partRepeats } from '../intent/plan.ts';
import { makeCarryOut } from './carry-out.ts';
import { candidatesOf } from './claim.ts';
import type { Decisions } from './decide.ts';
import { destinationOf } from './destinations.ts';
import type { OpenIntent, Received } from './open-intent.ts';
import { makeProgress } from './progress.ts';
import type { Run } from './run.ts';
import { makeSettleAttempt } from './settle-attempt.ts';
import { makeSuspicion } from './suspicion.ts';

/**
 * Claims and calls what may be called, and takes refused calls apart. Each open intent is concluded as soon as none of its jobs
 * waits for a call any more: a slow project holds up its own results alone.
 */
export const callAll = async <Message extends Received>(
  run: Run<Message>,
  decisions: Decisions,
  conclude: (openIntents: readonly OpenIntent<Message>[]) => Promise<void>,
): Promise<void> => {
  const { openIntents, invocation, edges, limits, breakers, budget, claim } = run;
  const clearFrom = (carrier: Carrier) => decisions.candidates.get(carrier)?.clearFrom ?? 0;
  const lookAt = run.lookAfter;
  const report = makeSettleAttempt({
    ...limits,
    openIntents,
    invocation,
    lookAt,
    now: edges.now,
    clearFrom,
  });
  const carryOut = makeCarryOut(
    { ...edges, send: breakers.send },
    {
      deadlineFor: budget.calls,
      claim: (call) => claim(candidatesOf(call, decisions.candidates), 'open'),
    },
  );
  const isRepeat = (carrier: Carrier) => decisions.repeats.has(carrier);
  const suspicion = makeSuspicion({ openIntents, invocation, isRepeat });
  const perform = async (call: Call): Promise<void> => {
    if (breakers.stateOf(destinationOf(call)) !== 'closed') return;
    await carryOut(call, async (attempt) => {
      suspicion.hear(attempt);
      await report(attempt);
    });
  };

  const parted = partRepeats(decisions.calls, (carrier) => decisions.repeats.get(carrier));
  const calls = cutCalls(parted, limits.maxJobsPerCall);
  const progress = makeProgress(openIntents, calls);
  const slotsOf = slotsPer(limits.callConcurrency);
  await Promise.all([
    conclude(progress.uncalled),
    ...calls.map(async (call) => {
      await slotsOf(call.project_id)(perform, call);
      await conclude(progress.finishedBy(call));
    }),
  ]);
  await run.record(suspicion.narrow());
};
