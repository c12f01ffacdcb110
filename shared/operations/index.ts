import { dliDelete } from './dli/delete.ts';
import { dliRun } from './dli/run.ts';
import { dliStop } from './dli/stop.ts';
import { drsDelete } from './drs/delete.ts';
import { drsRetry } from './drs/retry.ts';
import { drsStart } from './drs/start.ts';
import { drsStop } from './drs/stop.ts';
import type { Operation, OperationName } from './operation.ts';

/** Every operation, by its name. A row's own name has to be one of these: anything else is a type error. */
export const OPERATIONS = {
  'dli.run': dliRun,
  'dli.stop': dliStop,
  'dli.delete': dliDelete,
  'drs.start': drsStart,
  'drs.stop': drsStop,
  'drs.retry': drsRetry,
  'drs.delete': drsDelete,
} as const satisfies Readonly<Record<string, Operation>>;

export const operations: readonly Operation[] = Object.values(OPERATIONS);

export const isOperationName = (text: unknown): text is OperationName =>
  typeof text === 'string' && Object.hasOwn(OPERATIONS, text);
