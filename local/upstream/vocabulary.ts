import type { OperationName } from '../../shared/operations/operation.ts';

/** The names that the simulator is told its behaviour by. */

export type { OperationName };
export type Service = 'dli' | 'drs';

/** Which job: ids are unique within one project of one service. */
export interface JobKey {
  readonly service: Service;
  readonly project: string;
  readonly id: string;
}

/** Shapes that a reply to any operation can have. Its effect has taken place all the same. */
export const COMMON_SHAPES = [
  'html', // status 200 and a page of HTML
  'empty', // the usual status and no body
] as const;

/** Shapes of a reply to DLI's operations, the usual one first. */
export const DLI_SHAPES = [
  'per-job', // an array with one element per id, in order
  'one-element', // an array with one element for all ids; no success if any job failed
  'bare-object', // that element without the array
  'short', // one element too few
  'long', // one element too many
  'boolean', // `is_success` as a JSON boolean
  'error-array', // any failure makes it status 400, failed jobs as `{error_code, error_msg}` among the good
  ...COMMON_SHAPES,
] as const;
export type DliShape = (typeof DLI_SHAPES)[number];

/** Shapes of a reply to DRS's operations, the usual one first. */
export const DRS_SHAPES = [
  'results', // the list as the vendor's table has it, and as every SDK reads it
  'jobs', // the list as the vendor's example has it
  'both', // the list under either name
  'status-200', // 200 in place of 202
  'shuffled', // rows in another order than asked
  'code-alone', // failed rows without a status, and status 400 if any failed
  ...COMMON_SHAPES,
] as const;
export type DrsShape = (typeof DRS_SHAPES)[number];

export type Shape = DliShape | DrsShape;

/** Shapes of a reply, by service. */
export const SHAPES = { dli: DLI_SHAPES, drs: DRS_SHAPES } as const;

/** Ways in which a call can go wrong as a whole. */
export const FAULT_NAMES = [
  'hangBeforeEffect', // nothing happens, and no answer until the client gives up
  'hangAfterEffect', // it happens, and no answer until the client gives up
  'reset', // it happens, and the connection is reset
  'throttle', // 429 with Retry-After, from the gateway
  'throttleAs400', // 400 with the service's own "try later"
  'error500', // nothing happens
  'error500AfterEffect', // it happens all the same
  'serverErrorAs400', // nothing happens, and the server's error is sent as the client's
  'unauthorized', // 401 from the gateway
] as const;
export type FaultName = (typeof FAULT_NAMES)[number];
