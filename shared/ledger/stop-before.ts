import { operations } from '../operations/index.ts';
import type { Operation, OperationName } from '../operations/operation.ts';
import type { JobRecord, Standing, StopBefore } from './job-record.ts';

/** The operations that a run waits for. */
const STOPS: ReadonlySet<OperationName> = new Set(
  operations.flatMap(({ restart }) => restart?.after ?? []),
);

/** The stop that a job may still heed. None, if an operation that was delivered came after it. */
export const stopBeforeOf = (record: JobRecord, standing: Standing): StopBefore | undefined => {
  const { operation, claim } = record;
  const verdict = standing.kind === 'settled' ? standing.verdict : undefined;
  const isDelivered = verdict?.outcome === 'delivered';
  if (!STOPS.has(operation)) return isDelivered ? undefined : record.stopBefore;
  // Nothing was sent, so an older stop is the last one.
  if (standing.kind === 'released') return record.stopBefore;
  return { operation, at: verdict?.settledAt ?? claim.at, isDelivered };
};

/**
 * Whether an operation leaves a stop behind that a run has yet to wait for: it is not that run. Another stop leaves it too: if
 * nothing comes of that one, the older stop is the last again.
 */
export const passesOver = (operation: Operation, stop: StopBefore): boolean =>
  operation.restart?.after !== stop.operation;
