import { dliRun } from './dli/run.ts';
import { dliStop } from './dli/stop.ts';
import { drsStart } from './drs/start.ts';
import type { Operation, OperationName } from './operation.ts';

/** Every operation there is. A name without a row is a type error. */
export const OPERATIONS: { readonly [Name in OperationName]: Operation } = {
  'dli.run': dliRun,
  'dli.stop': dliStop,
  'drs.start': drsStart,
};

export const operations: readonly Operation[] = Object.values(OPERATIONS);

export const isOperationName = (text: unknown): text is OperationName =>
  typeof text === 'string' && Object.hasOwn(OPERATIONS, text);
