import type { Call, Invocation, Look, QueuedIntent, Step } from '../chronicle.ts';
import { jobKey } from '../chronicle.ts';
import { intentsBehind, placesOf, verdictKey } from './oracle.ts';

export type Published = Extract<Step, { kind: 'published' }>;

/** The last receives of a message, which are kept for publishing `failed`. */
export const SPARE = 2;

/** A look, its step, and the last operation that had taken effect on the job by then. */
interface Sight {
  readonly look: Look;
  readonly index: number;
  readonly last: string | undefined;
}

interface Sent {
  readonly call: Call;
  readonly index: number;
}

const add = <T>(map: Map<string, T[]>, key: string, item: T): void => {
  const list = map.get(key);
  if (list === undefined) map.set(key, [item]);
  else list.push(item);
};

const emptyMemory = () => ({
  queued: new Map<string, QueuedIntent[]>(),
  calls: new Map<string, Sent[]>(),
  arrived: new Set<Call>(),
  /** By job: the last operation that took effect. */
  effects: new Map<string, string>(),
  sights: new Map<string, Sight[]>(),
  received: new Map<string, Invocation[]>(),
  lastReceive: new Set<string>(),
});

type State = ReturnType<typeof emptyMemory>;

const noteReceived = (
  { received, lastReceive }: State,
  invocation: Invocation,
  maxReceives: number,
): void => {
  for (const { intent, id } of invocation.letters) {
    if (intent === undefined) continue;
    for (const job of intent.jobs.keys())
      add(received, verdictKey(intent.intentId, job), invocation);
    if ((invocation.receives.get(id) ?? 0) >= maxReceives - SPARE) lastReceive.add(intent.intentId);
  }
};

const noteArrived = ({ arrived, effects }: State, call: Call): void => {
  arrived.add(call);
  if (!call.effective) return;
  for (const [place, { id }] of call.jobs.entries())
    if (call.troubles[place] === undefined)
      effects.set(jobKey(call.operation, call.project, id), call.operation);
};

const noteSeen = ({ sights, effects }: State, look: Look, index: number): void => {
  for (const id of look.statuses.keys()) {
    const key = `${look.service}/${look.project}/${id}`;
    add(sights, key, { look, index, last: effects.get(key) });
  }
};

/** What the models saw until now, for checking verdicts. */
export const makeMemory = (maxReceives: number) => {
  const state = emptyMemory();
  const note = (step: Step, index: number): void => {
    if (step.kind === 'queued' && step.letter.intent)
      add(state.queued, step.letter.intent.intentId, step.letter.intent);
    if (step.kind === 'begun') noteReceived(state, step.invocation, maxReceives);
    if (step.kind === 'called') {
      const { call } = step;
      for (const { id } of call.jobs)
        add(state.calls, jobKey(call.operation, call.project, id), { call, index });
    }
    if (step.kind === 'arrived') noteArrived(state, step.call);
    if (step.kind === 'seen') noteSeen(state, step.look, index);
  };
  return { ...state, note };
};

export type Memory = ReturnType<typeof makeMemory>;

/** The evidence on a verdict: its intent, and the calls made for it. */
export const evidenceOn = ({ result }: Published, { queued, calls }: Memory) => {
  const { operation, project_id, job_id, intent_id } = result;
  const job = jobKey(operation, project_id, job_id);
  const mine = (queued.get(intent_id) ?? []).filter((intent) => intent.jobs.has(job_id));
  const asking = ({ call }: Sent) => placesOf(call, job_id).flatMap((i) => intentsBehind(call, i));
  const sent = (calls.get(job) ?? []).filter((one) =>
    asking(one).some((intent) => mine.includes(intent)),
  );
  /** Calls for this intent alone. The others may come from another intent, when this verdict was recorded already. */
  const certain = sent.filter((one) => asking(one).every((intent) => mine.includes(intent)));
  return { job, mine, sent, certain };
};
