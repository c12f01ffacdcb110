import type { IncomingHttpHeaders } from 'node:http';
import type { Asked } from './endpoint.ts';
import type { JobOptions } from './job-law.ts';
import type { FaultName, OperationName } from './vocabulary.ts';

/** A fault, or what stands before all calls: the service is down, or the project is over its rate. */
export type Trouble = FaultName | 'down' | 'overRate';

/** A call that arrived at a batch endpoint, and what it was answered. */
export interface UpstreamCall {
  readonly at: number;
  readonly operation: OperationName;
  readonly project_id: string;
  /** In the order listed; none if the body was no request of the vendor's. */
  readonly job_ids: readonly string[];
  /** The options of the whole call, as sent. */
  readonly options: JobOptions;
  /** The options of those jobs that had their own. */
  readonly job_options: Readonly<Record<string, JobOptions>>;
  /** Those of `content-type`, `x-language`, `user-agent`, `x-project-id` and `x-request-id` that were sent. */
  readonly headers: Readonly<Record<string, string>>;
  /** The HTTP status once the answer went out; null until then, and for good if it never did. */
  readonly status: number | null;
  /** What kept the call from its usual course. */
  readonly fault?: Trouble;
}

/** A batch request off the wire. */
export interface BatchRequest {
  readonly project: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const KEPT_HEADERS = [
  'content-type',
  'x-language',
  'user-agent',
  'x-project-id',
  'x-request-id',
] as const;

const keep = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(
    KEPT_HEADERS.flatMap((name) => {
      const value = headers[name];
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );

/** The record of a call that is not answered yet. */
export const openCall = (
  at: number,
  operation: OperationName,
  { project, headers }: BatchRequest,
  { ids, options, jobOptions }: Asked,
  fault: Trouble | undefined,
): Omit<UpstreamCall, 'status'> & { status: number | null } => ({
  at,
  operation,
  project_id: project,
  job_ids: ids,
  options,
  job_options: Object.fromEntries(jobOptions),
  headers: keep(headers),
  status: null,
  ...(fault && { fault }),
});
