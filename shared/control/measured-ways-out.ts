import type { Result } from '../intent/result.ts';
import type { Measure } from '../json/metric.ts';
import type { ControlEdges } from './edges.ts';
import { FAILED } from './give-up.ts';
import type { Received } from './received.ts';

/** The ways out of the control loop. Each tells what came of it. */
export interface WaysOut<Message extends Received>
  extends Pick<ControlEdges<Message>, 'publish' | 'deadLetter'> {
  /** Tells, for each message in order, whether the queue delays it. */
  readonly postpone: (
    messages: readonly (readonly [Message, seconds: number])[],
  ) => Promise<readonly boolean[]>;
}

const countOf = (taken: readonly boolean[], wanted: boolean): number =>
  taken.filter((one) => one === wanted).length;

/** Counts results by operation and outcome. To count each by itself would cost as much as to write it for the bus. */
const countResults = (results: readonly Result[], measure: Measure): void => {
  const byOperation = Map.groupBy(results, ({ operation }) => operation);
  for (const [operation, own] of byOperation)
    for (const [outcome, alike] of Map.groupBy(own, (result) => result.outcome))
      measure('Results', alike.length, { operation, outcome });
};

/** Jobs of one intent that were settled together share their times. */
const measureTimes = (results: readonly Result[], measure: Measure): void => {
  const timed = new Set<string>();
  for (const { operation, intent_id, accepted_at, settled_at, queued_ms } of results) {
    const together = `${intent_id} ${settled_at}`;
    if (timed.has(together)) continue;
    timed.add(together);
    const elapsed = Date.parse(settled_at) - Date.parse(accepted_at);
    measure('TimeToVerdict', Math.max(0, elapsed), { operation });
    measure('QueueWait', queued_ms, { operation });
  }
};

/** The same ways out. What the bus took is counted by outcome, and what bus and queues did not take is a failure of theirs. */
export const measuredWaysOut = <Message extends Received>(
  { publish, deadLetter, postpone }: WaysOut<Message>,
  measure: Measure,
): WaysOut<Message> => ({
  publish: async (results) => {
    const taken = await publish(results);
    const published = results.filter((_, i) => taken[i]);
    countResults(published, measure);
    measureTimes(published, measure);
    const failures = countOf(taken, false);
    if (failures > 0) measure('BusFailures', failures);
    return taken;
  },
  deadLetter: async (message, reason) => {
    const moved = await deadLetter(message, reason);
    if (moved) measure('DeadLettered', 1, { reason: reason === FAILED ? 'failed' : 'unreadable' });
    else measure('QueueFailures', 1);
    return moved;
  },
  postpone: async (messages) => {
    const taken = await postpone(messages);
    const failures = countOf(taken, false);
    if (failures > 0) measure('QueueFailures', failures);
    return taken;
  },
});
