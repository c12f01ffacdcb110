import { slotsPer } from '../batching/slots.ts';
import { cutCalls, partRepeats } from '../intent/cut-calls.ts';
import type { Candidate } from './candidate.ts';
import { makeCarryOut } from './carry-out.ts';
import { type ClaimsAgain, makeClaimsAgain } from './claim-again.ts';
import type { Decisions, DecisionsInTurn } from './decide.ts';
import { destinationOf } from './destinations.ts';
import type { OpenIntent } from './open-intent.ts';
import { type Call, type Carrier, type LookStep, projectKeyOf } from './planned.ts';
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
 * no other call. Only overdue jobs in doubt are looked at before the calls of their project: such a call could change what
 * their look shows. An open intent is finished as soon as none of its jobs waits for a look or a call any more. So a slow
 * project holds up its own results alone.
 */
export const callAll = async (
  run: Run,
  openIntents: readonly OpenIntent[],
  {
    overdue,
    decided,
  }: { readonly overdue: readonly LookStep[]; readonly decided: DecisionsInTurn },
  { settle, finish }: CallAllEdges,
): Promise<void> => {
  const { perform, takeIn, narrow } = startCalls(run, decided, settle);
  const looks: readonly LookStep[] = decided.inDoubt.map(({ decide, ...step }) => ({
    ...step,
    look: async () => takeIn(await decide()),
  }));
  const first = cutAll(run, decided.atOnce);
  const progress = makeProgress(openIntents, [...first, ...looks, ...overdue]);
  const callOne = async (call: Call): Promise<void> => {
    await perform(call);
    await finish(progress.finishedBy(call));
  };
  const takeLook = async (step: LookStep): Promise<void> => {
    const calls = await step.look();
    progress.add(calls);
    await Promise.all([finish(progress.finishedBy(step)), ...calls.map(callOne)]);
  };
  await Promise.all([
    finish(progress.uncalled),
    ...byProject({ overdue, first, looks }).map(async (own) => {
      await Promise.all(own.overdue.map(takeLook));
      await Promise.all([...own.first.map(callOne), ...own.looks.map(takeLook)]);
    }),
  ]);
  await run.recordAndPublish(narrow());
};

/** Carries out calls, and takes in what is decided while they are made. */
const startCalls = (run: Run, decided: DecisionsInTurn, settle: CallAllEdges['settle']) => {
  const { atOnce, again, againAfterLooks } = decided;
  const { invocation, claim } = run;
  const going: Going = { candidates: new Map(atOnce.candidates), repeats: new Map(atOnce.repeats) };
  const suspicion = makeSuspicion({ invocation, isRepeat: (one) => going.repeats.has(one) });
  const claims = makeClaimsAgain({ claim, again, candidates: going.candidates });
  const perform = makePerform(run, going, claims, suspicion);
  const takeIn = makeTakeIn(run, going, settle);
  return {
    /** Carries out a call, and then what its jobs want that were decided again. */
    perform: async (call: Call): Promise<void> => {
      await perform(call);
      const left = claims.takeLeft(call);
      if (left.length > 0)
        await Promise.all((await takeIn(await againAfterLooks(call, left))).map(perform));
    },
    takeIn,
    narrow: suspicion.narrow,
  };
};

/** The steps of one project, or of all. */
interface Steps {
  readonly overdue: readonly LookStep[];
  readonly first: readonly Call[];
  readonly looks: readonly LookStep[];
}

const byProject = ({ overdue, first, looks }: Steps): readonly Steps[] => {
  const [overdueOf, firstOf, looksOf] = [
    Map.groupBy(overdue, ({ project }) => project),
    Map.groupBy(first, projectKeyOf),
    Map.groupBy(looks, ({ project }) => project),
  ];
  const projects = new Set([...overdueOf.keys(), ...firstOf.keys(), ...looksOf.keys()]);
  return Array.from(projects, (project) => ({
    overdue: overdueOf.get(project) ?? [],
    first: firstOf.get(project) ?? [],
    looks: looksOf.get(project) ?? [],
  }));
};

/** What the jobs that may be called were decided by. More come in while calls are made. */
interface Going {
  readonly candidates: Map<Carrier, Candidate>;
  readonly repeats: Map<Carrier, number>;
}

/** Settles what later decisions tell. Resolves to the calls that they want. */
const makeTakeIn =
  (run: Run, { candidates, repeats }: Going, settle: CallAllEdges['settle']) =>
  async (decisions: Decisions): Promise<readonly Call[]> => {
    for (const [carrier, one] of decisions.candidates) candidates.set(carrier, one);
    for (const [carrier, among] of decisions.repeats) repeats.set(carrier, among);
    await settle(decisions);
    return cutAll(run, decisions);
  };

const cutAll = ({ limits }: Run, { calls, repeats }: Decisions): readonly Call[] =>
  cutCalls(
    partRepeats(calls, (carrier) => repeats.get(carrier)),
    limits.maxJobsPerCall,
  );

/** Carries out one call, as long as its circuit breakers are closed, and settles what its attempts tell. */
const makePerform = (
  run: Run,
  { candidates }: Going,
  claims: ClaimsAgain,
  suspicion: ReturnType<typeof makeSuspicion>,
) => {
  const { invocation, edges, limits, breakers, budget, lookAfter } = run;
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
      claim: claims.claim,
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
