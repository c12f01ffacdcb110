import type { Evidence, Refusal, Verdict } from './outcome.ts';

/**
 * Whose trouble an error is. `job`: this job cannot be served, and in a call of many it may be one job's fault.
 * `everybody`: nobody's own fault, yet final (quota, permission to use the feature). `later`: a throttle, a server's
 * trouble, an expired credential: no verdict, the job comes back.
 */
export type Blame = 'job' | 'everybody' | 'later';

/** Known error codes. Source: the vendor's error-code pages, gathered with their HTTP statuses in docs/upstream.md. */
const BLAME = new Map<string, Blame>([
  ['DLI.0001', 'job'],
  ['DLI.0002', 'job'],
  ['DLI.0023', 'job'],
  ['DLI.16001', 'job'],
  ['DLI.12004', 'job'],
  ['DLI.13024', 'job'],
  ['DLI.0007', 'job'],
  ['DLI.0009', 'job'],
  ['DLI.1028', 'everybody'],
  ['DLI.0012', 'later'],
  ['DLI.0013', 'later'],
  ['DLI.0014', 'later'],
  ['DLI.0015', 'later'],
  ['DLI.0016', 'later'],
  ['DLI.0019', 'later'],
  ['DLI.0999', 'later'],
  ['DLI.10001', 'later'],
  ['DRS.M00304', 'job'],
  ['DRS.M05003', 'job'],
  ['DRS.M05004', 'job'],
  ['DRS.M00301', 'job'],
  ['DRS.M00007', 'job'],
  ['DRS.M00200', 'job'],
  ['DRS.M00201', 'job'],
  ['DRS.M00202', 'job'],
  ['DRS.M00305', 'job'],
  ['DRS.M00004', 'later'],
  ['DRS.M01501', 'later'],
  ['DRS.M01503', 'later'],
  ['DRS.M01504', 'later'],
  ['DRS.M00100', 'later'],
  ['DRS.M00102', 'later'],
  ['DRS.M00103', 'later'],
  ['DRS.M00261', 'later'],
  ['APIGW.0301', 'later'],
  ['APIG.0301', 'later'],
  ['APIGW.0308', 'later'],
  ['APIG.0308', 'later'],
  ['IAM.0012', 'later'],
  ['IAM.0061', 'later'],
]);

/** By code first, since the vendor sends throttles and server errors as 400 and "busy" as 202; unknown codes by status. */
export const blameOf = (status: number, code: string): Blame => {
  const known = BLAME.get(code);
  if (known !== undefined) return known;
  // The gateway and IAM answer before any job is looked at.
  if (/^(APIGW|APIG|IAM)\./.test(code)) return 'later';
  if (status >= 500 || status === 401 || status === 408 || status === 429) return 'later';
  if (status === 403) return 'everybody';
  return 'job';
};

/** The verdict on one job that an error names, by place or by id, or that was asked for alone. */
export const verdictOn = (status: number, error: Refusal, evidence: Evidence): Verdict =>
  blameOf(status, error.code) === 'later'
    ? { kind: 'unanswered', reason: `${error.code}: ${error.message}` }
    : { kind: 'rejected', evidence, error };
