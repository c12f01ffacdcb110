import { isRestart } from '../../support/fixtures.ts';
import type { Call, Invocation, QueuedIntent } from '../chronicle.ts';
import { jobKey } from '../chronicle.ts';
import { evidenceOn, type Memory, makeMemory, type Published } from './memory.ts';
import { promotedAges, SKEW_MS } from './nothing-stale.ts';
import { intentsIn, type Oracle, placesOf, verdictKey } from './oracle.ts';
import { toldBy } from './statuses.ts';

/** A look after the last call showed the job where it was wished, or at the end of what the call began. */
const wasObserved = (step: Published, memory: Memory): boolean => {
  const { job_id, operation } = step.result;
  const { job, certain, mine } = evidenceOn(step, memory);
  const from = certain.at(-1)?.index ?? 0;
  const own = mine.find((intent) => intent.jobs.has(job_id))?.jobs.get(job_id);
  return (memory.sights.get(job) ?? []).some(({ look, index, last }) => {
    const { there, ended } = toldBy(operation, own, look.statuses.get(job_id) ?? '');
    if (index <= from) return false;
    if (!ended) return there;
    // If the reply does not tell which start has ended, it counts as the requested one: better not to pay twice.
    return last === operation || !look.tellsStart;
  });
};

/** For an operation that deletes a job: the upstream said that there is none. */
const wasGone = (call: Call, place: number): boolean =>
  call.troubles[place] === 'missing' &&
  call.said[place] === 'no' &&
  toldBy(call.operation, call.jobs[place]?.options, 'missing').there;

const wasServed = (step: Published, memory: Memory): boolean =>
  evidenceOn(step, memory).sent.some(({ call }) => {
    const places = memory.arrived.has(call) ? placesOf(call, step.result.job_id) : [];
    return places.some((i) => {
      const isDone = call.effective && call.troubles[i] === undefined && call.said[i] === 'yes';
      return isDone || wasGone(call, i);
    });
  });

/** The looks at a job. A page of the list shows also jobs that were not asked for. */
const looksAt = (job: string, { sights }: Memory) =>
  (sights.get(job) ?? []).filter(({ look }) => !look.isList);

/** Plainly refused for a trouble that stays, and no later look of that invocation showed the job where it was wished. */
const wasRefused = (step: Published, memory: Memory): boolean => {
  const { job_id, operation } = step.result;
  const { job, sent } = evidenceOn(step, memory);
  return sent.some(({ call, index: from }) => {
    const isFinal = placesOf(call, job_id).some((i) => {
      const trouble = call.troubles[i];
      // A job that is gone may be refused by a code that does not say so, and no look may tell.
      return trouble !== undefined && trouble !== 'busy' && call.said[i] === 'no';
    });
    const isThere = looksAt(job, memory).some(
      ({ look, index }) =>
        index > from &&
        look.invocation === call.invocation &&
        placesOf(call, job_id).some(
          (i) => toldBy(operation, call.jobs[i]?.options, look.statuses.get(job_id) ?? '').there,
        ),
    );
    return memory.arrived.has(call) && isFinal && !isThere;
  });
};

const UNDER_WAY: ReadonlySet<string> = new Set(['job_savepointing', 'job_canceling']);

/**
 * The stop before it took effect, and a look showed the job unstopped, with a status from after the stop: at a time when
 * all effects show, or after a look that showed the stop under way.
 */
const wasNotStopped = (step: Published, memory: Memory): boolean => {
  const { job } = evidenceOn(step, memory);
  const { operation } = step.result;
  const stops = (memory.calls.get(job) ?? []).filter(
    ({ call }) =>
      isRestart(call.operation, operation) && call.effective && memory.arrived.has(call),
  );
  const sights = looksAt(job, memory);
  const statusIn = ({ look }: (typeof sights)[number]) =>
    look.statuses.get(step.result.job_id) ?? '';
  return sights.some((sight) => {
    const stop = stops.findLast(({ index }) => index < sight.index);
    if (stop === undefined || !toldBy(operation, {}, statusIn(sight)).unstopped) return false;
    const wasUnderWay = sights.some(
      (before) =>
        before.index > stop.index && before.index < sight.index && UNDER_WAY.has(statusIn(before)),
    );
    return wasUnderWay || (stop.call.settledAt ?? 0) <= sight.look.seenAt + SKEW_MS;
  });
};

/** What ages alone do not tell: the id of the intent that a result is for, and the ages that runs may have by their stops. */
interface Ages {
  readonly id: string;
  readonly promoted: ReadonlyMap<string, string>;
}

/**
 * A newer intent was received, and could supersede this one: it makes it stale itself, or came beside an intent that does,
 * or came in a batch without it and went first.
 */
const wasSuperseded = (step: Published, memory: Memory, { id, promoted }: Ages): boolean => {
  const { intent_id, job_id, superseded_by: by = '' } = step.result;
  const { job, mine } = evidenceOn(step, memory);
  const newer = (memory.queued.get(by) ?? []).filter(
    (intent) => intent.jobs.has(job_id) && jobKey(intent.operation, intent.project, job_id) === job,
  );
  // A run does not make the stop beside it stale: together they are a restart.
  const makesStale = (intent: QueuedIntent) =>
    mine.some((older) => !isRestart(older.operation, intent.operation));
  const isStale = newer.some(makesStale);
  const hasGoneFirst = (invocation: Invocation) => {
    const queued = intentsIn(invocation);
    const between = queued.filter(
      (intent) =>
        intent.intentId > intent_id &&
        intent.intentId < by &&
        intent.jobs.has(job_id) &&
        jobKey(intent.operation, intent.project, job_id) === job,
    );
    return isStale || between.some(makesStale) || !queued.some((intent) => mine.includes(intent));
  };
  // A run may name an earlier delivery of its stop than the one that counts.
  return (
    (by > intent_id || by > id || (promoted.get(by) ?? '') > intent_id) &&
    newer.length > 0 &&
    (memory.received.get(verdictKey(by, job_id)) ?? []).some(hasGoneFirst)
  );
};

const LOOKING_MS = 30 * 60_000;

/**
 * A call for it took effect, and no newer intent for the job came. Then it does not expire within half an hour after its
 * deadline. If the upstream can fail to carry out a call, a look may show no effect.
 */
const wasCarriedOut = (step: Published, memory: Memory, jobsFail: boolean): boolean => {
  const { intent_id, job_id } = step.result;
  const { job, mine, certain } = evidenceOn(step, memory);
  if (jobsFail || mine.some(({ expiresAt }) => step.at > expiresAt + LOOKING_MS)) return false;
  // An event that was delivered twice has two deadlines, and the earlier one may count.
  if (new Set(mine.map(({ expiresAt }) => expiresAt)).size > 1) return false;
  const isLast = [...memory.queued.values()]
    .flat()
    .every(({ intentId, operation, project, jobs }) => {
      const isRival = jobs.has(job_id) && jobKey(operation, project, job_id) === job;
      return !isRival || intentId <= intent_id;
    });
  return (
    isLast &&
    certain.some(
      ({ call }) =>
        memory.arrived.has(call) &&
        call.effective &&
        placesOf(call, job_id).some((i) => call.troubles[i] === undefined),
    )
  );
};

function* falseDelivery(step: Published, memory: Memory): Iterable<string> {
  const isObserved = step.result.evidence === 'observed';
  if (isObserved && !wasObserved(step, memory)) yield ', and nobody saw it so';
  if (!isObserved && !wasServed(step, memory)) yield ', and no call for it took effect';
}

function* falseRejection(step: Published, memory: Memory): Iterable<string> {
  const { error } = step.result;
  if (error?.code === 'not-stopped') {
    if (!wasNotStopped(step, memory)) yield ', and its stop had not failed';
  } else if (error === undefined || !wasRefused(step, memory)) yield ', and nobody had refused it';
}

function* falseExpiry(step: Published, memory: Memory, jobsFail: boolean): Iterable<string> {
  const { mine } = evidenceOn(step, memory);
  if (!mine.some(({ expiresAt }) => expiresAt <= step.at + SKEW_MS)) yield ' before its deadline';
  if (wasCarriedOut(step, memory, jobsFail)) yield ', and a request for it took effect';
}

/** Why a verdict is false, if it is. */
function* falsehoods(
  step: Published,
  memory: Memory,
  ages: Ages,
  jobsFail: boolean,
): Iterable<string> {
  const { intent_id, outcome, superseded_by } = step.result;
  switch (outcome) {
    case 'delivered':
      return yield* falseDelivery(step, memory);
    case 'rejected':
      return yield* falseRejection(step, memory);
    case 'superseded':
      if (!wasSuperseded(step, memory, ages))
        yield ` by ${superseded_by}, which is no newer intent that goes before it`;
      return;
    case 'expired':
      return yield* falseExpiry(step, memory, jobsFail);
    case 'failed':
      if (!memory.lastReceive.has(intent_id)) yield ', and the queue would have given it again';
      return;
    default:
      outcome satisfies never;
  }
}

/** Every verdict is true: delivered, rejected, superseded, expired or failed for a reason that the models saw. */
export const trueVerdicts: Oracle = {
  promise: 'verdicts are true',
  *check({ steps, climate, intents }) {
    const ids = new Map(intents.map(({ age, id }) => [age, id]));
    const promoted = promotedAges(intents);
    const memory = makeMemory(climate.maxReceives);
    for (const [index, step] of steps.entries()) {
      memory.note(step, index);
      if (step.kind !== 'published') continue;
      const { intent_id, job_id, outcome } = step.result;
      const ages = { id: ids.get(intent_id) ?? intent_id, promoted };
      for (const why of falsehoods(step, memory, ages, climate.jobsFail > 0))
        yield `${intent_id}/${job_id} was ${outcome}${why}`;
    }
  },
};
