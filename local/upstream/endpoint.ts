import type { JobOptions } from './job-laws.ts';
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

/** One batch endpoint in the vendor's words: how it reads a request, and how it words what came of it. */
export interface Endpoint {
  readonly operation: OperationName;
  readonly service: Service;
  readonly read: (body: string) => Reading;
  /** The reply that tells of the jobs one by one. A shape of another service's means the usual one. */
  readonly answer: (rows: readonly Row[], shape: Shape) => Reply;
  /** The refusal of a whole call for one job's trouble. */
  readonly refuse: (trouble: Trouble) => Reply;
}
