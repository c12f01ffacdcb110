import { slotsPer } from '../batching/slots.ts';
import { cutCalls, partRepeats } from '../intent/cut-calls.ts';
import { makeCarryOut } from './carry-out.ts';
import { candidatesOf } from './claim.ts';
import type { Decisions, DecisionsInTurn } from './decide.ts';
import { destinationOf } from './destinations.ts';
import type { OpenIntent } from './open-intent.ts';
import type { Call, Carrier } from './planned.ts';
import { makeProgress } from './progress.ts';
import type { Run } from './run.ts';
import { makeSettleAttempt } from './settle-attempt.ts';
import { makeSuspicion } from './suspicion.ts';

export interface CallAllEdges {
  /** Settles what needs no call by a look. */
  readonly settle: (decisions: Decisions) => Promise<void>;
  readonly finish: (openIntents: readonly OpenIntent[]) => Promise<void>;
}

/**
 * Claims and calls what may be called, and takes refused calls apart. Jobs that need a look are called after it, and hold up
 * no other call. An open intent is finished as soon as none of its jobs waits for a look or a call any more. So a slow
 * project holds up its own results alone.
 */
export const callAll = async (
  run: Run,
  openIntents: readonly OpenIntent[],
  { atOnce, inDoubt, afterLooks }: DecisionsInTurn,
  { settle, finish }: CallAllEdges,
): Promise<void> => {
  const going = { candidates: new Map(atOnce.candidates), repeats: new Map(atOnce.repeats) };
  const { invocation } = run;
  const isRepeat = (carrier: Carrier): boolean => going.repeats.has(carrier);
  const suspicion = makeSuspicion({ invocation, isRepeat });
  const perform = makePerform(run, going, suspicion);
  const first = cutAll(run, atOnce);
  const looks = { carriers: inDoubt };
  const progress = makeProgress(openIntents, [...first, looks]);
  const callOne = async (call: Call): Promise<void> => {
    await perform(call);
    await finish(progress.finishedBy(call));
  };
  const callAfterLooks = async (): Promise<void> => {
    const decisions = await afterLooks();
    for (const [carrier, candidate] of decisions.candidates)
      going.candidates.set(carrier, candidate);
    for (const [carrier, among] of decisions.repeats) going.repeats.set(carrier, among);
    await settle(decisions);
    const calls = cutAll(run, decisions);
    progress.add(calls);
    await Promise.all([finish(progress.finishedBy(looks)), ...calls.map(callOne)]);
  };
  const isLooking = inDoubt.length > 0;
  await Promise.all([
    finish(progress.uncalled),
    ...first.map(callOne),
    ...(isLooking ? [callAfterLooks()] : []),
  ]);
  await run.recordAndPublish(suspicion.narrow());
};

const cutAll = ({ limits }: Run, { calls, repeats }: Decisions): readonly Call[] =>
  cutCalls(
    partRepeats(calls, (carrier) => repeats.get(carrier)),
    limits.maxJobsPerCall,
  );

/** Carries out one call, as long as its circuit breakers are closed, and settles what its attempts tell. */
const makePerform = (
  run: Run,
  { candidates }: Pick<Decisions, 'candidates'>,
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
