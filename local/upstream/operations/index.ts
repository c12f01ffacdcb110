import type { Endpoint, SimulatedOperation } from '../endpoint.ts';
import type { OperationName } from '../vocabulary.ts';
import { dliDelete } from './dli/delete.ts';
import { dliRun } from './dli/run.ts';
import { dliStop } from './dli/stop.ts';
import { drsDelete } from './drs/delete.ts';
import { drsRetry } from './drs/retry.ts';
import { drsStart } from './drs/start.ts';
import { drsStop } from './drs/stop.ts';

/** Every operation that the simulator plays. One that is missing is a type error. */
export const SIMULATED: Readonly<Record<OperationName, SimulatedOperation>> = {
  'dli.run': dliRun,
  'dli.stop': dliStop,
  'dli.delete': dliDelete,
  'drs.start': drsStart,
  'drs.stop': drsStop,
  'drs.retry': drsRetry,
  'drs.delete': drsDelete,
};

/** The same table, with a value of its own for each operation. */
export const mapOperations = <Value>(
  make: (endpoint: Endpoint) => Value,
): Readonly<Record<OperationName, Value>> => {
  const entries = Object.entries(SIMULATED).map(([name, simulated]) => {
    const operation = name as OperationName;
    return [operation, make({ operation, ...simulated })] as const;
  });
  return Object.fromEntries(entries) as Record<OperationName, Value>;
};

export const endpoints: readonly Endpoint[] = Object.values(mapOperations((endpoint) => endpoint));
