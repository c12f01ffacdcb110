import { isObject } from '../../shared/json/json.ts';
import type { BusEvent } from '../bus/event-bus.ts';
import type { KnownCall } from './known-calls.ts';

/** What became of one job of a call, or of a look. */
export interface CallVerdict {
  readonly job_id: string;
  readonly outcome?: string;
  readonly evidence?: string;
  /** Without a verdict by this request: the next call or look that names the job. */
  readonly next?: Pick<KnownCall, 'kind' | 'call'>;
}

interface Result {
  readonly job_id: string;
  readonly outcome: string;
  readonly evidence?: string;
  /** When it was settled by a reply. By a look: when it came to the bus. */
  readonly at: number;
}

/** An event of the bus, and when it came. */
export interface ComeEvent {
  readonly event: BusEvent;
  readonly at: number;
}

/** The results that can rest on a request: of its operation, with a call; or of its service, by a look. */
const resultsFor = (
  { kind, operation, project_id }: KnownCall,
  events: readonly ComeEvent[],
): readonly Result[] => {
  const service = operation.slice(0, 3);
  const details = events.flatMap(({ event: { detail }, at }) =>
    (Array.isArray(detail.results) ? detail.results : [detail]).map((one) => ({ one, at })),
  );
  return details.flatMap(({ one, at }): Result[] => {
    if (!isObject(one) || one.project_id !== project_id) return [];
    const { job_id, outcome, evidence, settled_at } = one;
    const isObserved = evidence === 'observed';
    const own = String(one.operation);
    const fits =
      kind === 'look'
        ? isObserved && own.startsWith(service)
        : !isObserved && one.call !== undefined && own === operation;
    if (!fits) return [];
    const told = evidence === undefined ? {} : { evidence: String(evidence) };
    const settledAt = kind === 'look' ? at : Date.parse(String(settled_at));
    return [{ job_id: String(job_id), outcome: String(outcome), at: settledAt, ...told }];
  });
};

/** The first of some requests that names each job. */
const firstOfEach = (requests: readonly KnownCall[]): ReadonlyMap<string, KnownCall> => {
  const first = new Map<string, KnownCall>();
  for (const one of requests)
    for (const job of one.job_ids) if (!first.has(job)) first.set(job, one);
  return first;
};

/**
 * The verdict of each job of a request, of `all` in the order of their coming. Law: a job is in one request at a time, so
 * a result rests on the last one that names the job and began before the result was settled. For a look it is the last one
 * before the event came, since such a result is as old as the call that went unanswered.
 */
export const verdictsOfCall = (
  asked: KnownCall,
  all: readonly KnownCall[],
  events: readonly ComeEvent[],
): readonly CallVerdict[] => {
  const { kind, operation, project_id, at } = asked;
  const service = operation.slice(0, 3);
  const later = all
    .slice(all.indexOf(asked) + 1)
    .filter((one) => one.project_id === project_id && one.operation.startsWith(service));
  const next = firstOfEach(later);
  const ends = firstOfEach(later.filter((one) => one.kind === kind && one.operation === operation));
  const settled = new Map<string, Result>();
  for (const result of resultsFor(asked, events)) {
    const end = ends.get(result.job_id)?.at ?? Number.POSITIVE_INFINITY;
    // A reply may come within the millisecond of its call: at that time the result is the later call's.
    if (result.at >= at && result.at < end) settled.set(result.job_id, result);
  }
  return asked.job_ids.map((job_id) => {
    const result = settled.get(job_id);
    const after = next.get(job_id);
    if (result === undefined)
      return { job_id, ...(after && { next: { kind: after.kind, call: after.call } }) };
    const { at: _, ...verdict } = result;
    return verdict;
  });
};
