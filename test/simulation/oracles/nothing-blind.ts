import { contractOf } from '../../support/fixtures.ts';
import type { Call, Invocation } from '../chronicle.ts';
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

/**
 * P4: if a call that may not be repeated blindly went unanswered for a job, no other goes out before a look at the job
 * shows no effect, at a time when any effect would show. A call that was answered, or was seen to have its effect, is not
 * sent again for the same intent.
 */
export const nothingBlind: Oracle = {
  promise: 'P4 nothing blind',
  *check({ steps }) {
    const doubts = new Map<string, Doubt>();
    const answered = new Map<string, Answered>();
    /** Calls whose sender waits no more. */
    const over = new Set<Call>();
    const replied = new Set<Call>();
    const open = new Map<Invocation, Call[]>();
    for (const step of steps) {
      if (step.kind === 'called') {
        const { call } = step;
        if (contractOf(call.operation).mayRepeat) continue;
        open.set(call.invocation, [...(open.get(call.invocation) ?? []), call]);
        for (const [place, { id }] of call.jobs.entries()) {
          const job = jobKey(call.operation, call.project, id);
          const doubt = doubts.get(job);
          if (doubt !== undefined)
            yield `call ${call.n} asked for ${job} again after call ${doubt.call.n}, and nobody had looked`;
          const before = answered.get(job)?.ids;
          const asking = idsBehind(call, place);
          if (before && asking.length > 0 && asking.every((id) => before.has(id)))
            yield `call ${call.n} asked for ${job} again for ${asking}, which had been answered`;
          doubts.set(job, { call, place });
        }
      }
      if (step.kind === 'ended') for (const call of open.get(step.invocation) ?? []) over.add(call);
      if (step.kind === 'heard') {
        const { call } = step;
        over.add(call);
        replied.add(call);
        for (const [place, { id }] of call.jobs.entries()) {
          const said = call.said[place];
          const job = jobKey(call.operation, call.project, id);
          if (said === 'nothing' || doubts.get(job)?.call !== call) continue;
          doubts.delete(job);
          if (said !== 'yes') continue;
          answered.set(job, answeredBy({ call, place }));
        }
      }
      if (step.kind === 'seen') {
        const { service, project, statuses, seenAt, tellsStart } = step.look;
        for (const [id, status] of statuses) {
          const job = `${service}/${project}/${id}`;
          const doubt = doubts.get(job);
          const last = doubt ?? answered.get(job);
          if (last === undefined) continue;
          // A look says nothing about a call that is still under way.
          if (doubt !== undefined && !over.has(doubt.call)) continue;
          const { operation, jobs } = last.call;
          const { there, ended, untouched } = toldBy(operation, jobs[last.place]?.options, status);
          // If the reply does not tell which start has ended, it counts as the requested one.
          const isTaken = there || (ended && ((doubt && isServed(doubt)) || !tellsStart));
          if (isTaken && doubt) answered.set(job, answeredBy(doubt));
          if (!isTaken && !ended && !untouched) continue;
          if (!isTaken) answered.delete(job);
          const settledAt = doubt?.call.settledAt;
          const isPast = settledAt !== undefined && settledAt <= seenAt + SKEW_MS;
          // After a reply, no further effect is to come. If the look shows the effect, all is known.
          if (isPast || (doubt && isTaken && replied.has(doubt.call))) doubts.delete(job);
        }
      }
    }
  },
};
