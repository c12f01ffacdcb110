import { contractOf, isFollowed, isRestart } from '../../support/fixtures.ts';
import { type Call, jobKey, type Step } from '../chronicle.ts';
import { idsBehind, type Oracle, verdictKey } from './oracle.ts';
import { toldBy } from './statuses.ts';

/** A call that took effect on a job. */
interface Effect {
  readonly call: Call;
  readonly place: number;
  /** The newest intent behind it. Older ones may have had their verdict before. */
  readonly intent: string;
}

/** By job: the calls that took effect, and the delivered runs. */
const readHistory = (steps: readonly Step[]) => {
  const effects = new Map<string, Effect[]>();
  const runs = new Map<string, string[]>();
  const delivered = new Set<string>();
  for (const step of steps) {
    if (step.kind === 'published' && step.result.outcome === 'delivered') {
      const { intent_id, job_id, project_id, operation } = step.result;
      const key = verdictKey(intent_id, job_id);
      const job = jobKey(operation, project_id, job_id);
      if (contractOf(operation).follows !== undefined && !delivered.has(key))
        runs.set(job, [...(runs.get(job) ?? []), intent_id]);
      delivered.add(key);
    }
    if (step.kind !== 'arrived' || !step.call.effective) continue;
    const { call } = step;
    for (const [place, { id }] of call.jobs.entries()) {
      if (call.troubles[place] !== undefined) continue;
      const job = jobKey(call.operation, call.project, id);
      const intent = idsBehind(call, place).toSorted().at(-1) ?? '';
      effects.set(job, [...(effects.get(job) ?? []), { call, place, intent }]);
    }
  }
  return { effects, runs, delivered };
};

/** What is wrong with the run after a stop, given the later effects on the job. */
function* faultsAfter(
  { call, intent }: Effect,
  later: readonly Effect[],
  run: string,
  job: string,
): Iterable<string> {
  const follows = (effect: Effect) => isRestart(call.operation, effect.call.operation);
  // Another operation in between changed the job.
  if (later.some((effect) => !follows(effect) && effect.call.operation !== call.operation)) return;
  const next = later.find(follows);
  if (next === undefined) {
    yield `${run} was delivered for ${job}, and did not take effect after ${intent} had`;
    return;
  }
  const { call: by, place } = next;
  const status = by.statuses[place] ?? '';
  if (!toldBy(by.operation, {}, status).atRest)
    yield `call ${by.n} ran ${job} while it was ${status}`;
  const savepoint = by.savepoints[place];
  const isDue = call.options.trigger_savepoint === true && by.options.resume_savepoint === true;
  if (isDue && savepoint !== `call ${call.n}`)
    yield `call ${by.n} ran ${job} from the savepoint of ${savepoint ?? 'nobody'}, and call ${call.n} had made one`;
}

/**
 * After a delivered stop and a delivered run, the run took effect after the stop, on a job at rest. If it resumes from a
 * savepoint, that is the one which the stop made.
 */
export const restartsWhole: Oracle = {
  promise: 'a restart is whole',
  *check({ steps, climate }) {
    // If the upstream can fail to stop a job, there may be no savepoint.
    if (climate.jobsFail > 0) return;
    const { effects, runs, delivered } = readHistory(steps);
    for (const [job, some] of effects)
      for (const [index, effect] of some.entries()) {
        const { call, intent } = effect;
        const id = job.split('/').at(-1) ?? '';
        if (!isFollowed(call.operation) || !delivered.has(verdictKey(intent, id))) continue;
        const run = runs.get(job)?.find((by) => by > intent);
        if (run !== undefined) yield* faultsAfter(effect, some.slice(index + 1), run, job);
      }
  },
};
