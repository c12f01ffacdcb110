import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../local/upstream/random.ts';
import type { Counter } from './counter.ts';

/** How the upstream behaves. Times in milliseconds. */
export interface UpstreamRules {
  /** Of each request, looks and refusals too. */
  readonly latencyMs: number;
  /** On top, for each job of a call. */
  readonly perJobMs: number;
  /** Calls of one project that run at once. Above that it answers 429. */
  readonly callsAtOnce: number;
  /** Calls of one project in a second. Above that it answers 429. */
  readonly callsPerSecond?: number;
  /** The share of calls that it throttles, whatever their number. */
  readonly throttled?: number;
  /** Ids of jobs that do not exist. One of them makes it refuse the whole call. */
  readonly badIds?: ReadonlySet<string>;
}

export interface UpstreamReply {
  readonly status: number;
  readonly body: unknown;
}

/** One operation that was carried out on a job. */
type Effect = 'run' | 'stop';

const THROTTLED: UpstreamReply = {
  status: 429,
  body: { error_code: 'APIGW.0308', error_msg: 'The throttling threshold has been reached.' },
};
const REFUSED: UpstreamReply = {
  status: 400,
  body: { error_code: 'DLI.0002', error_msg: 'The job does not exist.' },
};

const PATH = /^\/v1\.0\/([^/]+)\/streaming\/jobs\/(\w+)/;

const idsIn = (body: string): readonly string[] =>
  /"job_ids":\s*\[([^\]]*)\]/.exec(body)?.[1]?.match(/\d+/g) ?? [];

/** A bucket for each project that fills at so many tokens a second, and holds what one second brings. */
const openBuckets = (perSecond: number | undefined) => {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return (project: string): boolean => {
    if (perSecond === undefined) return true;
    const at = performance.now();
    const { tokens, at: before } = buckets.get(project) ?? { tokens: perSecond, at };
    const filled = Math.min(perSecond, tokens + ((at - before) / 1_000) * perSecond);
    buckets.set(project, { tokens: filled >= 1 ? filled - 1 : filled, at });
    return filled >= 1;
  };
};

/** Lets a call in, or says how it is refused at the gate. */
const openGate = ({ callsAtOnce, callsPerSecond, throttled = 0 }: UpstreamRules) => {
  const underWay = new Map<string, number>();
  const random = seededRandom(15);
  const takeToken = openBuckets(callsPerSecond);
  return {
    refuses: (project: string): boolean =>
      (underWay.get(project) ?? 0) >= callsAtOnce || !takeToken(project) || random() < throttled,
    during: async (project: string, ms: number): Promise<void> => {
      underWay.set(project, (underWay.get(project) ?? 0) + 1);
      await sleep(ms);
      underWay.set(project, (underWay.get(project) ?? 1) - 1);
    },
  };
};

const statusAfter = (effect: Effect | undefined): string => {
  if (effect === undefined) return 'job_init';
  return effect === 'run' ? 'job_running' : 'job_cancel_success';
};

/** What was carried out on each job, in order. */
const openEffects = () => {
  const effects = new Map<string, Effect[]>();
  return {
    add: (id: string, effect: Effect): void => {
      const known = effects.get(id);
      if (known === undefined) effects.set(id, [effect]);
      else known.push(effect);
    },
    of: (id: string): readonly Effect[] => effects.get(id) ?? [],
    clear: (): void => effects.clear(),
  };
};

/** Tells a watcher how many jobs were in all calls that are answered. */
const openAnswers = () => {
  let answered = 0;
  let onAnswer: (answered: number) => void = () => undefined;
  return {
    add: (jobs: number): void => {
      answered += jobs;
      onAnswer(answered);
    },
    watch: (watcher: (answered: number) => void): void => {
      answered = 0;
      onAnswer = watcher;
    },
  };
};

const openParts = (rules: UpstreamRules, counter: Counter) => ({
  rules,
  counter,
  effects: openEffects(),
  answers: openAnswers(),
  gate: openGate(rules),
});

type Parts = ReturnType<typeof openParts>;

/** A batch call. It takes effect when it arrives, and is answered after its time. */
const call = async (
  { rules, counter, effects, answers, gate }: Parts,
  project: string,
  effect: Effect,
  body: string,
): Promise<UpstreamReply> => {
  counter.add('calls');
  if (gate.refuses(project)) {
    await sleep(rules.latencyMs);
    return THROTTLED;
  }
  const ids = idsIn(body);
  const isRefused = ids.some((id) => rules.badIds?.has(id));
  counter.add(isRefused ? 'calls refused' : 'calls served');
  if (!isRefused) for (const id of ids) effects.add(id, effect);
  await gate.during(project, rules.latencyMs + rules.perJobMs * ids.length);
  answers.add(ids.length);
  if (isRefused) return REFUSED;
  return { status: 200, body: ids.map(() => ({ is_success: 'true', message: 'delivered' })) };
};

/** The detail of one job. */
const look = async ({ rules, counter, effects }: Parts, id: string): Promise<UpstreamReply> => {
  counter.add('looks');
  await sleep(rules.latencyMs);
  const status = statusAfter(effects.of(id).at(-1));
  const job_detail = { job_id: Number(id), status, start_time: 0 };
  return { status: 200, body: { is_success: true, message: '', job_detail } };
};

/** DLI with two operations and the look at one job. It keeps what was carried out on each job, in order. */
export const openUpstream = (rules: UpstreamRules, counter: Counter) => {
  const parts = openParts(rules, counter);
  return {
    /** Undefined if the path is not the service's. */
    answer: (path: string, body: string): Promise<UpstreamReply> | undefined => {
      const [, project = '', last = ''] = PATH.exec(path) ?? [];
      if (last === 'run' || last === 'stop') return call(parts, project, last, body);
      return /^\d+$/.test(last) ? look(parts, last) : undefined;
    },
    effectsOf: parts.effects.of,
    /** Is called after each answer, with the number of jobs in all calls that are answered. */
    watch: parts.answers.watch,
    clear: parts.effects.clear,
  };
};

export type Upstream = ReturnType<typeof openUpstream>;
