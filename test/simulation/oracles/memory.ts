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

/** What the models saw until now, for checking verdicts. */
export const makeMemory = (maxReceives: number) => {
  const queued = new Map<string, QueuedIntent[]>();
  const calls = new Map<string, Sent[]>();
  const arrived = new Set<Call>();
  const effects = new Map<string, string>();
  const sights = new Map<string, Sight[]>();
  const received = new Map<string, Invocation[]>();
  const lastReceive = new Set<string>();
  return {
    queued,
    calls,
    arrived,
    sights,
    received,
    lastReceive,
    note: (step: Step, index: number): void => {
      if (step.kind === 'queued' && step.letter.intent)
        add(queued, step.letter.intent.intentId, step.letter.intent);
      if (step.kind === 'begun') {
        const { letters, receives } = step.invocation;
        for (const { intent, id } of letters) {
          for (const job of intent?.jobs.keys() ?? [])
            add(received, verdictKey(intent?.intentId ?? '', job), step.invocation);
          if (intent && (receives.get(id) ?? 0) >= maxReceives - SPARE)
            lastReceive.add(intent.intentId);
        }
      }
      if (step.kind === 'called')
        for (const { id } of step.call.jobs)
          add(calls, jobKey(step.call.operation, step.call.project, id), {
            call: step.call,
            index,
          });
      if (step.kind === 'arrived') {
        const { call } = step;
        arrived.add(call);
        if (call.effective)
          for (const [place, { id }] of call.jobs.entries())
            if (call.troubles[place] === undefined)
              effects.set(jobKey(call.operation, call.project, id), call.operation);
      }
      if (step.kind === 'seen')
        for (const id of step.look.statuses.keys()) {
          const key = `${step.look.service}/${step.look.project}/${id}`;
          add(sights, key, { look: step.look, index, last: effects.get(key) });
        }
    },
  };
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
