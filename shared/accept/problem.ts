import type { Fault } from '../json/fault.ts';
import { sentence, told } from '../json/fault.ts';
import type { Answer, Service } from '../operations/operation.ts';
import { refusalCodeOf } from '../operations/services.ts';
import {
  type BlankStatus,
  PHRASES,
  PROBLEM_TYPES,
  type ProblemType,
  typeUri,
} from './problem-types.ts';

/** Why a request was not accepted. Each route turns it into its own error shape. */
export interface Problem {
  /** Absent if the status says all. */
  readonly type?: ProblemType;
  readonly status: number;
  readonly title: string;
  /** What is wrong and what to do, in one or two sentences. */
  readonly detail: string;
  readonly faults?: readonly Fault[];
  /** Set if only some jobs were queued, so that the caller knows which to send again. */
  readonly queued?: readonly string[];
  readonly not_queued?: readonly string[];
  /** When to send the request again. */
  readonly retryAfterSeconds?: number;
}

/** A problem of a type with a section in docs/problems.md. */
export const problemOf = (
  type: ProblemType,
  detail: string,
  more: Omit<Partial<Problem>, 'type' | 'status' | 'title' | 'detail'> = {},
): Problem => ({ type, ...PROBLEM_TYPES[type], detail, ...more });

/** A problem that its HTTP status says in full. */
export const blankProblem = (status: BlankStatus, detail: string): Problem => ({
  status,
  title: PHRASES[status],
  detail,
});

export const invalid = (faults: readonly Fault[]): Problem =>
  problemOf('invalid-request', sentence(faults), { faults });

const retryAfter = ({ retryAfterSeconds }: Problem): Pick<Answer, 'headers'> =>
  retryAfterSeconds === undefined ? {} : { headers: { 'retry-after': `${retryAfterSeconds}` } };

/** RFC 9457, application/problem+json. The faults are cut, so that the answer stays small. */
export const asProblemDetails = (problem: Problem, instance: string): Answer => {
  const { type, faults, retryAfterSeconds, ...rest } = problem;
  return {
    status: problem.status,
    ...retryAfter(problem),
    contentType: 'application/problem+json',
    body: { type: typeUri(type), ...rest, instance, ...(faults && { errors: told(faults) }) },
  };
};

/**
 * For a vendor call that we do not offer. The code is our own, so that clients do not act on it. A Terraform provider
 * removes a job from its state on 404, and on some codes at any status, such as DLI.0002 and DRS.M00289.
 */
const NOT_OFFERED = 'JOBFANIN.0501';

/** For a repeat that comes too soon. The vendor has no such code. */
const IN_PROGRESS = 'JOBFANIN.0409';

const codeFor = (service: Service, status: number): string => {
  if (status === 501) return NOT_OFFERED;
  return status === 409 ? IN_PROGRESS : refusalCodeOf(service, status);
};

/** The vendor's `{error_code, error_msg}`, with the two lists of jobs if the request was partly queued. */
export const asVendorError = (problem: Problem, service: Service): Answer => ({
  status: problem.status,
  ...retryAfter(problem),
  body: {
    error_code: codeFor(service, problem.status),
    error_msg: problem.detail,
    ...(problem.queued && { queued: problem.queued }),
    ...(problem.not_queued && { not_queued: problem.not_queued }),
  },
});
