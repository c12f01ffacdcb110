import type { IntentId } from '../core/intent.ts';
import { jobKeyOf } from '../core/job-record.ts';
import { type Judgement, judge } from '../core/judge.ts';
import {
  jobIdOf,
  type Operation,
  type ProjectId,
  type Sighting,
  UNASKED,
} from '../core/operation.ts';
import { OPERATIONS } from '../core/operations/index.ts';
import { readAsker } from '../core/part-record.ts';
import type { Call, Carrier } from '../core/plan.ts';
import { type Book, isForeign } from './book.ts';
import { type LookAt, lookAtAll } from './look.ts';

/** One job that somebody wants called, and the version of its ledger record that the judgement rests on. */
export interface Candidate {
  readonly operation: Operation;
  readonly project_id: ProjectId;
  readonly carrier: Carrier;
  readonly key: string;
  readonly seen: string | undefined;
  /** When a call for it went out last, at the earliest, in milliseconds since 1970; undefined if none ever did. */
  readonly claimedAt: number | undefined;
}

/** What is to become of the jobs that a plan wants called. */
export interface Weighed {
  /** The calls, of the jobs alone that may be sent. */
  readonly calls: readonly Call[];
  readonly candidates: ReadonlyMap<Carrier, Candidate>;
  /** Those of them whose last call was in vain, and among how many jobs the reason is known to be, or infinity. */
  readonly repeats: ReadonlyMap<Carrier, number>;
  /** A look showed the wished state: no call is needed. */
  readonly observed: readonly Candidate[];
  readonly superseded: readonly (readonly [Carrier, by: IntentId])[];
  /** Not now. */
  readonly waiting: readonly Carrier[];
  /** Those of them that have nothing to hope for before a lease has lapsed, in milliseconds since 1970. */
  readonly leases: ReadonlyMap<Carrier, number>;
  /** Those of them that there was no time to look at. */
  readonly unseen: readonly Carrier[];
  /** Those of them whose intent before them is not known yet, and that. */
  readonly unmet: ReadonlyMap<Carrier, IntentId>;
}

/** What is weighed where the ledger is out of reach. */
export const NOTHING: Weighed = {
  calls: [],
  candidates: new Map(),
  repeats: new Map(),
  observed: [],
  superseded: [],
  waiting: [],
  leases: new Map(),
  unseen: [],
  unmet: new Map(),
};

/** The newest of those who ask: they are in the order of their ids. */
export const newestOf = ({ askers }: Carrier): IntentId => {
  const newest = askers.at(-1);
  if (newest === undefined) throw new Error('a job that nobody asks for is in the plan');
  return newest.intent.intent_id;
};

/** The newest of those that the askers are to follow. */
const afterOf = ({ askers }: Carrier): IntentId | undefined => {
  let newest: IntentId | undefined;
  for (const {
    intent: { after },
  } of askers)
    if (after !== undefined && (newest === undefined || after > newest)) newest = after;
  return newest;
};

/** What a look decides: what it shows settles the job, lets it go, or leaves it waiting. */
const decide = (
  judgement: Judgement,
  { operation, claimedAt = 0 }: Candidate,
  sighting: Sighting | undefined,
): 'go' | 'observed' | 'wait' => {
  if (judgement.kind === 'go') return 'go';
  if (sighting === undefined || sighting.status === UNASKED) return 'wait';
  if (judgement.kind === 'look for the stop') {
    const { restart } = operation;
    if (restart === undefined || restart.readyAt(sighting.status)) return 'go';
    const isUndone = OPERATIONS[restart.after].effectOf(sighting, claimedAt) === 'none';
    return isUndone && !judgement.isDelivered ? 'go' : 'wait';
  }
  const effect = operation.effectOf(sighting, claimedAt);
  if (effect === 'pending') return 'wait';
  return effect === 'taken' ? 'observed' : 'go';
};

const WAIT: Judgement = { kind: 'wait' };

/** Among how many jobs the reason is that one was asked for in vain; undefined if that is no job's. */
const suspectsOf = (askedBy: string | undefined): number | undefined => {
  if (askedBy === undefined) return undefined;
  const { mayBeServed, suspects } = readAsker(askedBy);
  return suspects ?? (mayBeServed ? Number.POSITIVE_INFINITY : undefined);
};

/**
 * Weighs every job of a plan by what the ledger knows, and by a look where a call may have gone out before. Undefined
 * if the ledger is out of reach.
 */
export const weigh = async (
  calls: readonly Call[],
  { book, lookAt, now }: { book: Book; lookAt: LookAt; now: () => number },
): Promise<Weighed | undefined> => {
  const wanted = calls.flatMap(({ operation, project_id, carriers }) =>
    carriers.map((carrier) => ({
      operation,
      project_id,
      carrier,
      key: jobKeyOf(operation.service, project_id, jobIdOf(carrier.job)),
    })),
  );
  const records = await book.jobs(wanted.map(({ key }) => key));
  // Read after the jobs: whoever has settled a claim that was seen has settled it here.
  const holders =
    records &&
    (await book.parts([...records.values()].flatMap(({ record }) => record?.claim.part ?? [])));
  if (records === undefined || holders === undefined) return undefined;

  const judged = wanted.map((wish) => {
    const seen = records.get(wish.key);
    const claim = seen?.record?.claim;
    const candidate: Candidate = { ...wish, seen: seen?.version, claimedAt: claim?.at };
    const holding = claim && holders.get(claim.part);
    if (isForeign(seen) || isForeign(holding)) return [candidate, WAIT, undefined] as const;
    const holder = holding?.record;
    const place = claim?.index ?? -1;
    const askedBy =
      holder?.verdicts[place]?.evidence === undefined ? holder?.asked.get(place) : undefined;
    const order = { newest: newestOf(wish.carrier), after: afterOf(wish.carrier) };
    return [candidate, judge({ ...wish, ...order }, seen?.record, holder, now()), askedBy] as const;
  });
  const unclear = judged.filter(([, { kind }]) => kind === 'look' || kind === 'look for the stop');
  const sightings = await lookAtAll(
    unclear.map(([candidate]) => candidate),
    lookAt,
  );

  const superseded: (readonly [Carrier, IntentId])[] = [];
  const waiting: Carrier[] = [];
  const leases = new Map<Carrier, number>();
  const unseen: Carrier[] = [];
  const unmet = new Map<Carrier, IntentId>();
  const observed: Candidate[] = [];
  const candidates = new Map<Carrier, Candidate>();
  const repeats = new Map<Carrier, number>();
  for (const [candidate, judgement, askedBy] of judged) {
    const { carrier } = candidate;
    if (judgement.kind === 'superseded') superseded.push([carrier, judgement.by]);
    else if (judgement.kind === 'wait') {
      waiting.push(carrier);
      if (judgement.until !== undefined) leases.set(carrier, judgement.until);
      if (judgement.unmet !== undefined) unmet.set(carrier, judgement.unmet);
    } else {
      const sighting = sightings.get(candidate);
      if (sighting?.status === UNASKED) unseen.push(carrier);
      const decision = decide(judgement, candidate, sighting);
      if (decision === 'wait') waiting.push(carrier);
      else if (decision === 'observed') observed.push(candidate);
      else {
        candidates.set(carrier, candidate);
        const suspects = suspectsOf(askedBy);
        if (suspects !== undefined) repeats.set(carrier, suspects);
      }
    }
  }
  const going = calls.map((call) => ({
    ...call,
    carriers: call.carriers.filter((carrier) => candidates.has(carrier)),
  }));
  return {
    calls: going,
    candidates,
    repeats,
    observed,
    superseded,
    waiting,
    leases,
    unseen,
    unmet,
  };
};
