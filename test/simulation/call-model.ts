import type { JobOptions } from '../../local/upstream/job-law.ts';
import { SIMULATED } from '../../local/upstream/operations/index.ts';
import type { Unread } from '../../shared/reply/reply.ts';
import { type Call, jobKey, type Said } from './chronicle.ts';
import type { Climate, FaultName } from './climate.ts';
import type { JobsModel } from './job-model.ts';
import type { PoisonModel } from './poison-model.ts';
import {
  answerFor,
  failureFor,
  type Row,
  refusalFor,
  type ServiceName,
  spoil,
} from './reply-model.ts';
import type { Wire } from './wire.ts';

/** In place of any answer: nothing happens. */
const WITHOUT_EFFECT: readonly FaultName[] = [
  'throttle',
  'throttle as 400',
  'error 500',
  'server error as 400',
  'unauthorized',
  'hang before effect',
];

/** In place of any answer: it happens all the same. */
const AFTER_EFFECT: readonly FaultName[] = [
  'error 500 after effect',
  'error 500, then effect',
  'hang after effect',
  'effect after death',
  'effect after silence',
  'reset',
  'reset, then effect',
];

export const CALL_FAULTS: readonly FaultName[] = [...WITHOUT_EFFECT, ...AFTER_EFFECT];

/** The sender hears nothing as long as it waits. */
export const SILENT: readonly FaultName[] = [
  'hang before effect',
  'hang after effect',
  'effect after death',
  'effect after silence',
];

/** Replies that say one thing for the whole call. */
const SUMMARIES: readonly string[] = ['one-element', 'bare-object'];

/** The good answer is spoilt on its way. */
const SPOILT: readonly FaultName[] = [
  'short',
  'long',
  'html',
  'empty',
  'row missing',
  'rows at odds',
];

export interface Outcome {
  readonly reply: Unread;
  readonly said: readonly Said[];
}

const serviceOf = ({ operation }: Call): ServiceName => SIMULATED[operation].service;

/** What is asked for one job of a call. */
const optionsOf = ({ options, jobs }: Call, place: number): JobOptions => ({
  ...options,
  ...jobs[place]?.options,
});

/** What is said in place of an answer. */
export const failureOf = (call: Call): Outcome => {
  const { reply, said } = failureFor(serviceOf(call), call.fault);
  return { reply, said: call.jobs.map(() => said) };
};

/** What a batch request does when it arrives, and what is said of it. */
export const makeArrive = (
  { schedule, random, weather }: Wire,
  jobs: JobsModel,
  climate: Climate,
  poison: PoisonModel,
) => {
  const judge = (call: Call, keys: readonly string[]): void => {
    call.statuses = keys.map(jobs.statusOf);
    call.troubles = keys.map((key, i) => jobs.troubleOf(call.operation, key, optionsOf(call, i)));
  };
  /** DRS may be busy with one task of many. */
  const beBusy = (call: Call): void => {
    if (serviceOf(call) !== 'drs' || !weather.strikes('busy')) return;
    const busy = random.between(0, call.jobs.length - 1);
    call.troubles = call.troubles.map((trouble, i) => (i === busy ? (trouble ?? 'busy') : trouble));
  };
  const rowsOf = ({ jobs: asked, troubles }: Call): readonly Row[] =>
    asked.map(({ id }, i) => ({ id, trouble: troubles[i] }));

  /** `showsBy`: when all that the call did shows at the latest. Some of it takes effect after the answer. */
  const serve = (call: Call, keys: readonly string[], inMs: number): void => {
    const by = `call ${call.n}`;
    const showsBy = Math.min(call.endsAt, schedule.now()) + climate.settleMs;
    call.effective = true;
    call.settledAt = showsBy;
    call.savepoints = keys.map((key, i) =>
      call.troubles[i] === undefined
        ? jobs.carryOut(call.operation, key, optionsOf(call, i), { by, inMs, showsBy })
        : undefined,
    );
  };
  /** Whether the answer is to be one `false` for many: of some it may be true. */
  const isSummary = ({ operation, jobs: asked, troubles }: Call): boolean =>
    SIMULATED[operation].service === 'dli' &&
    SUMMARIES.includes(climate.shape.dli) &&
    asked.length > 1 &&
    troubles.some(Boolean);

  /** How long after a good answer a call takes effect: most often at once. */
  const effectIn = (): number =>
    random.chance(climate.late / 2) ? random.between(1, climate.settleMs) : 0;

  const takeEffect = (call: Call, isPlain: boolean): Outcome => {
    const keys = call.jobs.map(({ id }) => jobKey(call.operation, call.project, id));
    judge(call, keys);
    if (call.troubles.some(Boolean) && random.chance(climate.refuseWhole)) {
      call.refused = true;
      return refusalFor(serviceOf(call), rowsOf(call));
    }
    beBusy(call);
    if (isPlain && isSummary(call) && random.chance(0.3)) call.refused = true;
    else serve(call, keys, isPlain ? effectIn() : 0);
    return answerFor(serviceOf(call), rowsOf(call), climate.shape[serviceOf(call)]);
  };

  const spoilt = (call: Call, answer: Outcome, fault: FaultName): Outcome => {
    // A refusal has no rows to lose.
    const fits = fault === 'html' || fault === 'empty' || !call.refused;
    const bad = fits && spoil(serviceOf(call), rowsOf(call), answer, fault);
    if (!bad) return answer;
    call.fault = fault;
    return bad;
  };

  /** Refuses a call before anything is done, for one of its jobs. */
  const deny = (call: Call, reply: Unread): Outcome => {
    judge(
      call,
      call.jobs.map(({ id }) => jobKey(call.operation, call.project, id)),
    );
    call.troubles = poison.troublesOf(call);
    call.refused = true;
    return { reply, said: call.jobs.map(() => 'no') };
  };

  return (call: Call): Outcome => {
    call.settledAt = schedule.now();
    const denial = call.fault === undefined ? poison.denialOf(call) : undefined;
    if (denial !== undefined) return deny(call, denial);
    const spoiltBy = call.fault === undefined ? poison.faultOf(call) : undefined;
    if (spoiltBy !== undefined) {
      call.fault = spoiltBy;
      call.invocation.faults++;
    }
    const { fault } = call;
    if (fault === undefined) {
      const spoiling = weather.strikesOne(SPOILT);
      const answer = takeEffect(call, spoiling === undefined);
      return spoiling === undefined ? answer : spoilt(call, answer, spoiling);
    }
    if (AFTER_EFFECT.includes(fault)) takeEffect(call, false);
    return failureOf(call);
  };
};
