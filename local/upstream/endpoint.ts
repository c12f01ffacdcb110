import type { JobOptions, Law } from './job-law.ts';
import type { Reply } from './reply.ts';
import type { OperationName, Service, Shape } from './vocabulary.ts';

/** A batch request as it was understood. */
export interface Asked {
  /** In the order listed, repetitions and all. */
  readonly ids: readonly string[];
  /** The options of the whole call. */
  readonly options: JobOptions;
  /** The options of those jobs that have their own. */
  readonly jobOptions: ReadonlyMap<string, JobOptions>;
}

export type Reading =
  | { readonly ok: true; readonly asked: Asked }
  | { readonly ok: false; readonly refusal: Reply };

/** Why nothing was done to a job. */
export type Trouble = 'missing' | 'wrong-state';

/** What became of one job of a call. */
export interface Row {
  readonly id: string;
  readonly trouble?: Trouble;
}

/** One operation as the simulator plays it, in the vendor's words: a row of the table in `operations/index.ts`. */
export interface SimulatedOperation {
  readonly service: Service;
  readonly method: 'POST' | 'DELETE';
  readonly path: `/${string}{project}${string}`;
  readonly read: (body: string) => Reading;
  /** The reply that tells of the jobs one by one. A shape of another service's means the usual one. */
  readonly answer: (rows: readonly Row[], shape: Shape) => Reply;
  /** The refusal of a whole call for one job's trouble. */
  readonly refuse: (trouble: Trouble) => Reply;
  readonly law: Law;
}

/** A batch endpoint: a simulated operation, by its name. */
export interface Endpoint extends SimulatedOperation {
  readonly operation: OperationName;
}
