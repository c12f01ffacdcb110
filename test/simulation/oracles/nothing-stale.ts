import type { Known } from '../ages.ts';
import type { Call, Invocation, Step } from '../chronicle.ts';
import { jobKey } from '../chronicle.ts';
import { intentsBehind, type Oracle, verdictKey } from './oracle.ts';

/** The newest intent that a call served for a job: for certain, and with those that may have had an outcome before. */
const newestServed = (
  call: Call,
  place: number,
  isSettled: (key: string) => boolean,
  isByCall: (key: string) => boolean,
): readonly [certain: string, possible: string] => {
  const id = call.jobs[place]?.id ?? '';
  let certain = '';
  let possible = '';
  for (const { intentId, expiresAt } of intentsBehind(call, place)) {
    const key = verdictKey(intentId, id);
    if (isSettled(key)) continue;
    if (intentId > possible) possible = intentId;
    if (expiresAt > call.sentAt + SKEW_MS && isByCall(key) && intentId > certain)
      certain = intentId;
  }
  return [certain, possible];
};

/** Verdicts from a call or a look. Other verdicts can exist before the call. */
const settledByCall = (steps: readonly Step[]): ReadonlySet<string> =>
  new Set(
    steps.flatMap((step) =>
      step.kind === 'published' && ['delivered', 'rejected'].includes(step.result.outcome)
        ? [verdictKey(step.result.intent_id, step.result.job_id)]
        : [],
    ),
  );

/**
 * Whether a run with the age of its stop was refused. Only then may the ledger learn the id of that stop, so that the stop
 * goes first after all.
 */
const wasRefusedBeforeItsStop = (call: Call, age: string): boolean =>
  !call.effective && age.includes(':~');

/** The most by which clocks differ, in milliseconds. */
export const SKEW_MS = 1_000;

/** Runs that may be called before the ledger knows which stop they follow: that stop is not stale beside them. */
export const lateFollowers = (intents: readonly Known[]): ReadonlySet<string> =>
  new Set(intents.filter(({ followsLate }) => followsLate).map(({ age }) => age));

/** The ages of runs that the ledger may have let follow their stop, if the models cannot tell whether it did. */
export const promotedAges = (intents: readonly Known[]): ReadonlyMap<string, string> =>
  new Map(
    intents.flatMap(({ age, id, mayFollow }) =>
      mayFollow === undefined ? [] : [[age, `${mayFollow}:~${id}`] as const],
    ),
  );

type IsStale = (age: string, beside: string) => boolean;

/** By job of a call: the newest intents that it served. */
type Served = ReadonlyMap<Call, readonly (readonly [certain: string, possible: string])[]>;

const jobAt = ({ operation, project, jobs }: Call, place: number): string =>
  jobKey(operation, project, jobs[place]?.id ?? '');

/** What each call served, by what had been published when its invocation began. */
const servedBy = (steps: readonly Step[]): Served => {
  const byCall = settledByCall(steps);
  const publishedAt = new Map<string, number>();
  const begunAt = new Map<Invocation, number>();
  const served = new Map<Call, readonly (readonly [string, string])[]>();
  for (const [index, step] of steps.entries()) {
    if (step.kind === 'begun') begunAt.set(step.invocation, index);
    if (step.kind === 'published') {
      const verdict = verdictKey(step.result.intent_id, step.result.job_id);
      if (!publishedAt.has(verdict)) publishedAt.set(verdict, index);
    }
    if (step.kind !== 'called') continue;
    const { call } = step;
    const begun = begunAt.get(call.invocation) ?? 0;
    const isSettled = (key: string) => (publishedAt.get(key) ?? Number.POSITIVE_INFINITY) < begun;
    const isByCall = (key: string) => byCall.has(key);
    served.set(
      call,
      call.jobs.map((_, i) => newestServed(call, i, isSettled, isByCall)),
    );
  }
  return served;
};

/** Calls for an intent that is older than one called or delivered before. */
function* staleCalls(steps: readonly Step[], served: Served, isStale: IsStale): Iterable<string> {
  const newest = new Map<string, string>();
  for (const step of steps) {
    if (step.kind === 'published' && step.result.outcome === 'delivered') {
      const { intent_id, job_id, operation, project_id } = step.result;
      const job = jobKey(operation, project_id, job_id);
      if (intent_id > (newest.get(job) ?? '')) newest.set(job, intent_id);
    }
    if (step.kind !== 'called') continue;
    const { call } = step;
    for (const [i, [certain, possible]] of (served.get(call) ?? []).entries()) {
      const job = jobAt(call, i);
      const known = newest.get(job) ?? '';
      if (possible === '' && intentsBehind(call, i).length > 0)
        yield `call ${call.n} asked for ${job}, and all who had asked for it had their outcome`;
      else if (possible !== '' && isStale(possible, known))
        yield `call ${call.n} carried out ${possible} for ${job} after ${known}`;
      if (certain > known && !wasRefusedBeforeItsStop(call, certain)) newest.set(job, certain);
    }
  }
}

/** Effects for an intent that is older than one that took effect before. */
function* staleEffects(steps: readonly Step[], served: Served, isStale: IsStale): Iterable<string> {
  const effects = new Map<string, string>();
  for (const step of steps) {
    if (step.kind !== 'arrived' || !step.call.effective) continue;
    const { call } = step;
    for (const [i, [certain, possible]] of (served.get(call) ?? []).entries()) {
      if (call.troubles[i] !== undefined) continue;
      const job = jobAt(call, i);
      const last = effects.get(job) ?? '';
      if (isStale(possible, last))
        yield `call ${call.n} took effect for ${possible} on ${job} after ${last} had`;
      if (certain > last) effects.set(job, certain);
    }
  }
}

/** P3: no call carries out an intent that is older than one already called or observed for the same job. */
export const nothingStale: Oracle = {
  promise: 'P3 nothing stale',
  *check({ steps, intents }) {
    const late = lateFollowers(intents);
    const promoted = promotedAges(intents);
    const isStale: IsStale = (age, beside) =>
      age < beside &&
      (promoted.get(age) ?? '') < beside &&
      !(late.has(beside) && beside.startsWith(`${age}:~`));
    const served = servedBy(steps);
    yield* staleCalls(steps, served, isStale);
    yield* staleEffects(steps, served, isStale);
  },
};
