import { type BatchRequest, openCall, type UpstreamCall } from './call.ts';
import type { Asked, Endpoint, Row, Trouble } from './endpoint.ts';
import { drawFault, type Ending, FAULTS } from './faults.ts';
import type { JobOptions } from './job-law.ts';
import type { Jobs } from './jobs.ts';
import type { UpstreamLook } from './look.ts';
import type { Obstacle } from './obstacles.ts';
import type { Reply } from './reply.ts';
import type { BehaviourKeeper, Settings } from './settings.ts';
import type { JobKey, OperationName } from './vocabulary.ts';

/** What is left of a call once it was handled: to end it thus, after so long, and to report the status sent. */
export interface Handled {
  readonly ending: Ending;
  readonly latencyMs: number;
  readonly answered: (status: number) => void;
  /** The record of the call, if it is one. */
  readonly call?: UpstreamCall;
  /** The record of the look, if it is one. */
  readonly look?: UpstreamLook;
}

export interface BatchParts {
  readonly behaviour: BehaviourKeeper;
  readonly jobs: Jobs;
  readonly now: () => number;
  readonly random: () => number;
  readonly record: (call: UpstreamCall) => void;
}

/** What to do with one job, and why not, if its state does not allow it. */
type Attempt = (operation: OperationName, key: JobKey, options: JobOptions) => Trouble | undefined;

const attemptEach = (
  attempt: Attempt,
  { operation, service }: Endpoint,
  project: string,
  { ids, options, jobOptions }: Asked,
  { badIds }: Settings,
): readonly Row[] =>
  ids.map((id) => {
    if (badIds.has(id)) return { id, trouble: 'missing' };
    const key = { service, project, id };
    const trouble = attempt(operation, key, jobOptions.get(id) ?? options);
    return trouble === undefined ? { id } : { id, trouble };
  });

const NOTHING: Asked = { ids: [], options: {}, jobOptions: new Map() };

/** Handles the calls to the batch endpoints. They take effect as they arrive, however late they are answered. */
export const handleBatches = ({ behaviour, jobs, now, random, record }: BatchParts) => {
  const handle = (endpoint: Endpoint, request: BatchRequest, obstacle?: Obstacle): Handled => {
    const { operation, service } = endpoint;
    const settings = behaviour.settingsOf(operation);
    // What does not get as far as the service uses up none of its faults.
    const faultName = obstacle
      ? undefined
      : (behaviour.takeNext(operation) ?? drawFault(settings.faults, random));
    const reading = endpoint.read(request.body);
    const asked = reading.ok ? reading.asked : NOTHING;
    const call = openCall(now(), operation, request, asked, obstacle?.trouble ?? faultName);
    record(call);

    const attemptAll = (attempt: Attempt): readonly Row[] =>
      attemptEach(attempt, endpoint, request.project, asked, settings);
    // Even if a fault keeps the call from taking effect: a job that was asked for exists from then on.
    const foreseen = attemptAll(jobs.troubleOf).find(({ trouble }) => trouble)?.trouble;

    const takeEffect = (): Reply => {
      if (!reading.ok) return reading.refusal;
      if (foreseen && settings.refuseWhole) return endpoint.refuse(foreseen);
      const carryOut: Attempt = (operation, key, options) =>
        jobs.carryOut(operation, key, options, settings);
      return endpoint.answer(attemptAll(carryOut), settings.shape);
    };
    const end = (): Ending => {
      if (obstacle !== undefined) return obstacle.ending;
      if (faultName === undefined) return takeEffect();
      const fault = FAULTS[faultName];
      if (fault.takesEffect) takeEffect();
      return fault.end(service, settings, now());
    };
    const answered = (status: number): void => {
      call.status = status;
    };
    return { ending: end(), latencyMs: settings.latencyMs, answered, call };
  };
  return handle;
};
