import { contractOf } from '../../support/fixtures.ts';
import type { Call, Invocation, Look } from '../chronicle.ts';
import { jobKey } from '../chronicle.ts';
import { SKEW_MS } from './nothing-stale.ts';
import { idsBehind, type Oracle } from './oracle.ts';
import { toldBy } from './statuses.ts';

interface Doubt {
  readonly call: Call;
  readonly place: number;
}

/** Whether the call took effect on the job. */
const isServed = ({ call, place }: Doubt): boolean =>
  call.effective && call.troubles[place] === undefined;

/** The last answered call for a job, and the intents that it may have been for. */
interface Answered extends Doubt {
  readonly ids: ReadonlySet<string>;
}

const answeredBy = ({ call, place }: Doubt): Answered => ({
  call,
  place,
  ids: new Set(idsBehind(call, place)),
});

/** What is known of each job, and of each call, until now. */
const emptyState = () => ({
  doubts: new Map<string, Doubt>(),
  answered: new Map<string, Answered>(),
  /** Calls whose sender waits no more. */
  over: new Set<Call>(),
  replied: new Set<Call>(),
  open: new Map<Invocation, Call[]>(),
});

type State = ReturnType<typeof emptyState>;

function* noteCalled({ open, doubts, answered }: State, call: Call): Iterable<string> {
  if (contractOf(call.operation).mayRepeat) return;
  open.set(call.invocation, [...(open.get(call.invocation) ?? []), call]);
  for (const [place, { id }] of call.jobs.entries()) {
    const job = jobKey(call.operation, call.project, id);
    const doubt = doubts.get(job);
    if (doubt !== undefined)
      yield `call ${call.n} asked for ${job} again after call ${doubt.call.n}, and nobody had looked`;
    const before = answered.get(job)?.ids;
    const ids = idsBehind(call, place);
    if (before && ids.length > 0 && ids.every((intent) => before.has(intent)))
      yield `call ${call.n} asked for ${job} again for ${ids}, which had been answered`;
    doubts.set(job, { call, place });
  }
}

const noteHeard = ({ over, replied, doubts, answered }: State, call: Call): void => {
  over.add(call);
  replied.add(call);
  for (const [place, { id }] of call.jobs.entries()) {
    const said = call.said[place];
    const job = jobKey(call.operation, call.project, id);
    if (said === 'nothing' || doubts.get(job)?.call !== call) continue;
    doubts.delete(job);
    if (said === 'yes') answered.set(job, answeredBy({ call, place }));
  }
};

/** So long before a call a start counts as its own: the clocks of the upstream and of the caller may differ by that. */
const CLOCKS_MS = 60_000;

const noteSeen = (
  { over, replied, doubts, answered }: State,
  job: string,
  status: string,
  start: number | undefined,
  { seenAt, tellsStart, isList }: Look,
): void => {
  const doubt = doubts.get(job);
  const last = doubt ?? answered.get(job);
  // A look says nothing about a call that is still under way.
  if (last === undefined || (doubt !== undefined && !over.has(doubt.call))) return;
  const { operation, jobs } = last.call;
  const { there, ended, untouched } = toldBy(operation, jobs[last.place]?.options, status);
  // If the reply does not tell which start has ended, it counts as the requested one.
  const isOwnStart = !tellsStart || (start ?? 0) >= last.call.sentAt - CLOCKS_MS + SKEW_MS;
  const isTaken = there || (ended && ((doubt && isServed(doubt)) || isOwnStart));
  if (!isTaken && isList) return;
  if (isTaken && doubt) answered.set(job, answeredBy(doubt));
  if (!isTaken && !ended && !untouched) return;
  if (!isTaken) answered.delete(job);
  const settledAt = doubt?.call.settledAt;
  const isPast = settledAt !== undefined && settledAt <= seenAt + SKEW_MS;
  // After a reply, no further effect is to come. If the look shows the effect, all is known.
  if (isPast || (doubt && isTaken && replied.has(doubt.call))) doubts.delete(job);
};

/**
 * P4: if a call that may not be repeated blindly went unanswered for a job, no other goes out before a look at the job
 * shows no effect, at a time when any effect would show. A call that was answered, or was seen to have its effect, is not
 * sent again for the same intent.
 */
export const nothingBlind: Oracle = {
  promise: 'P4 nothing blind',
  *check({ steps }) {
    const state = emptyState();
    for (const step of steps) {
      if (step.kind === 'called') yield* noteCalled(state, step.call);
      if (step.kind === 'ended')
        for (const call of state.open.get(step.invocation) ?? []) state.over.add(call);
      if (step.kind === 'heard') noteHeard(state, step.call);
      if (step.kind !== 'seen') continue;
      const { service, project, statuses } = step.look;
      for (const [id, status] of statuses)
        noteSeen(state, `${service}/${project}/${id}`, status, step.look.starts.get(id), step.look);
    }
  },
};
