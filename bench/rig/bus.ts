import type { PutEventsCommandInput } from '@aws-sdk/client-eventbridge';
import { isObject } from '../../shared/json/json.ts';
import type { Counter } from './counter.ts';

const KB = 1_024;

/** The results in the detail of one event: one, or a packed list. */
const resultsIn = (detail: string): readonly Record<string, unknown>[] => {
  const value: unknown = JSON.parse(detail);
  if (!isObject(value)) return [];
  const { results } = value;
  return Array.isArray(results) ? results.filter(isObject) : [value];
};

/** The results bus: it counts events, and keeps the outcomes of each intent's job. */
export const openBus = (counter: Counter) => {
  const outcomes = new Map<string, Set<string>>();
  let onResult: () => void = () => undefined;

  const take = (detail: string): void => {
    counter.add('events', Math.ceil(Buffer.byteLength(detail) / (64 * KB)));
    for (const { intent_id, job_id, outcome } of resultsIn(detail)) {
      const name = `${intent_id}/${job_id}`;
      const known = outcomes.get(name);
      if (known === undefined) outcomes.set(name, new Set([String(outcome)]));
      else known.add(String(outcome));
    }
    onResult();
  };

  return {
    answer: (body: string) => {
      const { Entries = [] }: PutEventsCommandInput = JSON.parse(body);
      for (const { Detail = '{}' } of Entries) take(Detail);
      return { FailedEntryCount: 0, Entries: Entries.map((_, i) => ({ EventId: String(i) })) };
    },
    /** By `intent_id/job_id`. */
    outcomes: outcomes as ReadonlyMap<string, ReadonlySet<string>>,
    /** Is called after each event. */
    watch: (watcher: () => void): void => {
      onResult = watcher;
    },
    clear: () => outcomes.clear(),
  };
};

export type Bus = ReturnType<typeof openBus>;
