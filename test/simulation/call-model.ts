import type { Reply } from '../../shared/core/reply.ts';
import { type Call, jobKey, type Said } from './chronicle.ts';
import type { Climate, FaultName } from './climate.ts';
import type { JobsModel } from './job-model.ts';
import {
  answerFor,
  failureFor,
  type Row,
  refusalFor,
  type ServiceName,
  SILENCE,
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
  'hang after effect',
  'effect after death',
  'effect after silence',
  'reset',
];

export const CALL_FAULTS: readonly FaultName[] = [...WITHOUT_EFFECT, ...AFTER_EFFECT];

/** The sender hears nothing as long as it waits. */
export const SILENT: readonly FaultName[] = [
  'hang before effect',
  'hang after effect',
  'effect after death',
  'effect after silence',
];

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
  readonly reply: Reply;
  readonly said: readonly Said[];
}

const serviceOf = ({ operation }: Call): ServiceName => (operation === 'drs.start' ? 'drs' : 'dli');

/** What a batch request does when it arrives, and what is said of it. */
export const makeArrive = (
  { schedule, random, weather }: Wire,
  jobs: JobsModel,
  climate: Climate,
) => {
  const judge = (call: Call, keys: readonly string[]): void => {
    call.statuses = keys.map(jobs.statusOf);
    call.troubles = keys.map((key) => jobs.troubleOf(call.operation, key));
  };
  /** DRS may be busy with one task of many. */
  const beBusy = (call: Call): void => {
    if (serviceOf(call) !== 'drs' || !weather.strikes('busy')) return;
    const busy = random.between(0, call.jobs.length - 1);
    call.troubles = call.troubles.map((trouble, i) => (i === busy ? (trouble ?? 'busy') : trouble));
  };
  const rowsOf = ({ jobs: asked, troubles }: Call): readonly Row[] =>
    asked.map(({ id }, i) => ({ id, trouble: troubles[i] }));

  const takeEffect = (call: Call): Outcome => {
    const keys = call.jobs.map(({ id }) => jobKey(call.operation, call.project, id));
    judge(call, keys);
    if (call.troubles.some(Boolean) && random.chance(climate.refuseWhole)) {
      call.refused = true;
      return refusalFor(serviceOf(call), rowsOf(call));
    }
    beBusy(call);
    call.effective = true;
    keys.forEach((key, i) => {
      if (call.troubles[i] === undefined) jobs.carryOut(call.operation, key, call.options);
    });
    return answerFor(serviceOf(call), rowsOf(call), climate.shape[serviceOf(call)]);
  };

  const spoilt = (call: Call, answer: Outcome): Outcome => {
    const fault = weather.strikesOne(SPOILT);
    // A refusal has no rows to lose.
    const fits = fault === 'html' || fault === 'empty' || !call.refused;
    const bad = fault && fits && spoil(serviceOf(call), rowsOf(call), answer, fault);
    if (!bad) return answer;
    call.fault = fault;
    return bad;
  };

  return (call: Call): Outcome => {
    const { fault } = call;
    call.settledAt = schedule.now();
    if (fault === undefined) return spoilt(call, takeEffect(call));
    if (AFTER_EFFECT.includes(fault)) takeEffect(call);
    const { reply, said } = failureFor(serviceOf(call), fault);
    return { reply: SILENT.includes(fault) ? SILENCE : reply, said: call.jobs.map(() => said) };
  };
};
