import type { Age } from '../intent/age.ts';
import type { IntentId } from '../intent/intent.ts';
import type { RecordedVerdict } from '../ledger/block-record.ts';
import type { Sighting } from '../operations/sighting.ts';
import type { Candidate, DecidedByLedger, LookDecision } from './candidate.ts';
import { decideAllByLedger, decideWanted, type LedgerOptions } from './decide-by-ledger.ts';
import { byRow, decideByLook, wakeOf } from './decide-by-look.ts';
import { type LookAt, lookAtAll } from './look.ts';
import { type Call, type Carrier, projectKeyOf } from './planned.ts';

/** What is to become of the jobs that a plan wants called. Those that are nowhere below wait. */
export interface Decisions {
  /** The calls, of the jobs alone that may be sent. */
  readonly calls: readonly Call[];
  readonly candidates: ReadonlyMap<Carrier, Candidate>;
  /** Those of them whose last call was in vain, and among how many jobs the reason is known to be, or infinity. */
  readonly repeats: ReadonlyMap<Carrier, number>;
  /** A look showed the wished state: no call is needed. */
  readonly observed: readonly Candidate[];
  /** Runs whose stop was delivered, and did not stop the job. */
  readonly notStopped: readonly Candidate[];
  readonly superseded: readonly (readonly [Carrier, by: IntentId])[];
  /** The newest intent that wants the job has this verdict already. */
  readonly alreadySettled: readonly (readonly [Carrier, RecordedVerdict])[];
  /** Those that wait, and when it is worth coming back for them, in milliseconds since 1970. */
  readonly wakes: ReadonlyMap<Carrier, number>;
  /** Those that wait since there was no time to look at them. */
  readonly unseen: readonly Carrier[];
  /** Those that wait for an intent before them that is not known yet, and its age. */
  readonly unmet: ReadonlyMap<Carrier, Age>;
}

export interface DecideOptions extends LedgerOptions {
  readonly lookAt: LookAt;
  /** How often a run looks at most whether the stop before it is over. */
  readonly pollMs: number;
}

/** One job, and what the ledger and a look come to. */
interface Decided {
  readonly one: DecidedByLedger;
  readonly sighting: Sighting | undefined;
  readonly decision: LookDecision;
  readonly wake: number | undefined;
}

/** Jobs of one operation and project. */
export interface DecisionsAfterLooks {
  /** See {@link projectKeyOf}. */
  readonly project: string;
  readonly carriers: readonly Carrier[];
  /** Looks at the jobs, and decides. */
  readonly decide: () => Promise<Decisions>;
}

/** Decisions of one batch. Those that need a look come later, so that looks do not hold up the other calls. */
export interface DecisionsInTurn {
  /** Those that need no look. */
  readonly atOnce: Decisions;
  /** The jobs that looks decide, by operation and project: none waits for a look at those of another project. */
  readonly inDoubt: readonly DecisionsAfterLooks[];
  /** Decides jobs whose claims were refused, by what the ledger holds now. */
  readonly again: (refused: readonly Candidate[]) => Promise<readonly DecidedByLedger[]>;
  /** Looks at those of a call that need it, and decides. */
  readonly againAfterLooks: (
    call: Call,
    decidedAgain: readonly DecidedByLedger[],
  ) => Promise<Decisions>;
}

/**
 * Decides every job of a plan by what the ledger knows, and by a look if a call may have gone out before. Jobs of which
 * the ledger cannot tell wait. Law (promise P6): where a run waits for its stop, its whole group waits for the look, since a
 * group makes as few calls as it can. A job in doubt has had its call, and goes by itself.
 */
export const decideInTurn = async (
  calls: readonly Call[],
  options: DecideOptions,
): Promise<DecisionsInTurn> => {
  const byLedger = await decideAllByLedger(calls, options);
  const late = lateOnes(calls, byLedger);
  const inDoubt = byLedger.filter(({ carrier }) => late.has(carrier));
  return {
    atOnce: byDecision(
      calls,
      byLedger.filter(({ carrier }) => !late.has(carrier)).map((one) => decided(one, options)),
    ),
    inDoubt: groupsOf(inDoubt).map((some) => ({
      project: projectKeyOf(some[0]),
      carriers: some.map(({ carrier }) => carrier),
      decide: () => decideByLooks(callsOf(calls, some), some, options),
    })),
    again: (refused) => decideWanted(refused, options),
    againAfterLooks: (call, decidedAgain) => decideByLooks([call], decidedAgain, options),
  };
};

/** As {@link decideInTurn}, all of them together. */
export const decide = async (calls: readonly Call[], options: DecideOptions): Promise<Decisions> =>
  decideByLooks(calls, await decideAllByLedger(calls, options), options);

const decideByLooks = async (
  calls: readonly Call[],
  byLedger: readonly DecidedByLedger[],
  options: DecideOptions,
): Promise<Decisions> => {
  const seenAt = options.now();
  const sightings = await lookAtAll(byLedger.filter(needsLook), options.lookAt, (one) =>
    byRow(one, seenAt),
  );
  return byDecision(
    calls,
    byLedger.map((one) => decided(one, options, sightings.get(one), seenAt)),
  );
};

const decided = (
  one: DecidedByLedger,
  { now, pollMs }: DecideOptions,
  sighting?: Sighting,
  seenAt = 0,
): Decided => {
  const decision = decideByLook(one, sighting, seenAt);
  const wake = decision === 'wait' ? wakeOf(one, now(), pollMs) : undefined;
  return { one, sighting, decision, wake };
};

/** The jobs that are decided after looks. */
const lateOnes = (
  calls: readonly Call[],
  byLedger: readonly DecidedByLedger[],
): ReadonlySet<Carrier> => {
  const kinds = new Map(byLedger.map(({ carrier, byLedger: { kind } }) => [carrier, kind]));
  return new Set(
    calls.flatMap(({ carriers }) => {
      const waits = carriers.some((carrier) => kinds.get(carrier) === 'look for the stop');
      return waits ? carriers : carriers.filter((carrier) => kinds.get(carrier) === 'look');
    }),
  );
};

type Some<T> = readonly [T, ...T[]];

/** Jobs by operation and project. */
const groupsOf = (all: readonly DecidedByLedger[]): readonly Some<DecidedByLedger>[] =>
  [...Map.groupBy(all, (one) => `${one.operation.name} ${one.project_id}`).values()].flatMap(
    ([first, ...rest]) => (first === undefined ? [] : [[first, ...rest]]),
  );

/** The calls of a group. */
const callsOf = (
  calls: readonly Call[],
  [{ operation, project_id }]: Some<DecidedByLedger>,
): readonly Call[] =>
  calls.filter((call) => call.operation === operation && call.project_id === project_id);

const needsLook = ({ byLedger: { kind } }: DecidedByLedger): boolean =>
  kind === 'look' || kind === 'look for the stop';

const byDecision = (calls: readonly Call[], decided: readonly Decided[]): Decisions => {
  const those = (wanted: LookDecision): readonly DecidedByLedger[] =>
    decided.flatMap(({ one, decision }) => (decision === wanted ? [one] : []));
  const going = those('go');
  const candidates = new Map(going.map((one) => [one.carrier, one]));
  return {
    calls: calls.map((call) => ({
      ...call,
      carriers: call.carriers.filter((carrier) => candidates.has(carrier)),
    })),
    candidates,
    repeats: new Map(going.flatMap(suspected)),
    observed: those('observed'),
    notStopped: those('not stopped'),
    ...decidedByLedgerAlone(decided),
    wakes: new Map(
      decided.flatMap(({ one, sighting, wake }) =>
        sighting?.kind === 'unasked' || wake === undefined ? [] : [[one.carrier, wake] as const],
      ),
    ),
    unseen: decided.flatMap(({ one, sighting }) =>
      sighting?.kind === 'unasked' ? [one.carrier] : [],
    ),
  };
};

/** Jobs that the ledger alone has decided. */
const decidedByLedgerAlone = (
  decided: readonly Decided[],
): Pick<Decisions, 'superseded' | 'alreadySettled' | 'unmet'> => {
  const superseded: (readonly [Carrier, IntentId])[] = [];
  const alreadySettled: (readonly [Carrier, RecordedVerdict])[] = [];
  const unmet = new Map<Carrier, Age>();
  for (const { carrier, byLedger } of decided.map(({ one }) => one)) {
    if (byLedger.kind === 'superseded') superseded.push([carrier, byLedger.by]);
    else if (byLedger.kind === 'has verdict') alreadySettled.push([carrier, byLedger.verdict]);
    else if (byLedger.kind === 'unmet') unmet.set(carrier, byLedger.after);
  }
  return { superseded, alreadySettled, unmet };
};

/** A job whose last request was in vain, and among how many jobs the reason is known to be. Empty: it is no job's fault. */
export const suspected = ({
  carrier,
  lastRequest,
}: DecidedByLedger): readonly (readonly [Carrier, number])[] => {
  if (lastRequest === undefined) return [];
  const { mayBeServed, suspects } = lastRequest;
  const among = suspects ?? (mayBeServed ? Number.POSITIVE_INFINITY : undefined);
  return among === undefined ? [] : [[carrier, among]];
};
