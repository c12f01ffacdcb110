import type { Ask, Call, Look } from '../chronicle.ts';
import { jobKey } from '../chronicle.ts';
import { SKEW_MS } from './nothing-stale.ts';
import { askersOf, type Oracle, placesOf } from './oracle.ts';
import { WISHED } from './wished.ts';

/** The last receives of a message are kept for telling that it failed. */
const SPARE = 2;

/** Every verdict says what is true: delivered, rejected, superseded, expired or failed for a reason that the models saw. */
export const trueVerdicts: Oracle = {
  promise: 'verdicts are true',
  *check({ steps, climate }) {
    const asks = new Map<string, Ask[]>();
    const byJob = new Map<string, Call[]>();
    const looks = new Map<string, Look[]>();
    const lastReceive = new Set<string>();
    const add = <T>(map: Map<string, T[]>, key: string, item: T): void => {
      const list = map.get(key);
      if (list === undefined) map.set(key, [item]);
      else list.push(item);
    };
    for (const step of steps) {
      if (step.kind === 'queued' && step.letter.ask)
        add(asks, step.letter.ask.intentId, step.letter.ask);
      if (step.kind === 'begun')
        for (const { ask, id } of step.invocation.letters)
          if (ask && (step.invocation.receives.get(id) ?? 0) >= climate.maxReceives - SPARE)
            lastReceive.add(ask.intentId);
      if (step.kind === 'arrived')
        for (const { id } of step.call.jobs)
          add(byJob, jobKey(step.call.operation, step.call.project, id), step.call);
      if (step.kind === 'seen')
        for (const id of step.look.statuses.keys())
          add(looks, `${step.look.service}/${step.look.project}/${id}`, step.look);
      if (step.kind !== 'published') continue;
      const { intent_id, job_id, operation, project_id, outcome, evidence, error, superseded_by } =
        step.result;
      const what = `${intent_id}/${job_id} was ${outcome}`;
      const job = jobKey(operation, project_id, job_id);
      const mine = (asks.get(intent_id) ?? []).filter((ask) => ask.jobs.has(job_id));
      const calls = (byJob.get(job) ?? []).filter((call) =>
        placesOf(call, job_id).some((place) =>
          askersOf(call, place).some((ask) => mine.includes(ask)),
        ),
      );
      switch (outcome) {
        case 'delivered': {
          if (evidence === 'observed') {
            const seen = (looks.get(job) ?? []).some((look) =>
              WISHED[operation].has(look.statuses.get(job_id) ?? ''),
            );
            if (!seen) yield `${what}, and nobody saw it so`;
          } else if (
            !calls.some(
              (call) =>
                call.effective &&
                placesOf(call, job_id).some((i) => call.troubles[i] === undefined),
            )
          ) {
            yield `${what}, and no call for it took effect`;
          }
          break;
        }
        case 'rejected': {
          const isRefused = calls.some((call) =>
            placesOf(call, job_id).some((i) => call.troubles[i] !== undefined),
          );
          if (!isRefused || error === undefined) yield `${what}, and nobody had refused it`;
          break;
        }
        case 'superseded': {
          const newer = (asks.get(superseded_by ?? '') ?? []).some(
            (ask) =>
              ask.jobs.has(job_id) &&
              jobKey(ask.operation, ask.project, job_id) === job &&
              ask.intentId > intent_id,
          );
          if (!newer) yield `${what} by ${superseded_by}, which is no newer intent for it`;
          break;
        }
        case 'expired':
          if (!mine.some(({ expiresAt }) => expiresAt <= step.at + SKEW_MS))
            yield `${what} before its deadline`;
          break;
        case 'failed':
          if (!lastReceive.has(intent_id)) yield `${what}, and the queue would have given it again`;
          break;
        default:
          outcome satisfies never;
      }
    }
  },
};

/** Past its deadline nobody carries an intent out. */
export const deadlinesKept: Oracle = {
  promise: 'deadlines are kept',
  *check({ steps }) {
    for (const step of steps) {
      if (step.kind !== 'called') continue;
      const { call } = step;
      for (const [place, { id }] of call.jobs.entries()) {
        const askers = askersOf(call, place);
        const isOver =
          askers.length > 0 &&
          askers.every(({ expiresAt }) => expiresAt + SKEW_MS <= call.invocation.begunAt);
        if (isOver) yield `call ${call.n} carried out ${id} past every deadline`;
      }
    }
  },
};
