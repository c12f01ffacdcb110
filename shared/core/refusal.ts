import type { Evidence, Refusal, Verdict } from './outcome.ts';

/**
 * Whose trouble an error is.
 * - `job`: this job cannot be served; in a call of many it may be one job's fault.
 * - `status`: so too, and the job's status may be the reason: it may be where it was wished to be.
 * - `everybody`: nobody's own fault, yet final (quota, permission to use the feature).
 * - `unserved`: refused before anything was done (a throttle, an expired credential): the job comes back.
 * - `later`: the server's trouble, and the request may have been served: the job comes back.
 */
export type Blame = 'job' | 'status' | 'everybody' | 'unserved' | 'later';

/** Stands in for the code where a refusal has none. */
export const UNSPECIFIED = 'unspecified';

/** Known error codes. Source: the vendor's error-code pages, gathered with their HTTP statuses in docs/upstream.md §2. */
const CODES: Readonly<Record<Blame, readonly string[]>> = {
  job: [
    ...['DLI.0002', 'DLI.0023', 'DLI.16001', 'DLI.12004', 'DLI.13024'],
    ...['DRS.M05003', 'DRS.M05004', 'DRS.M00301', 'DRS.M00305'],
    ...['DRS.M00007', 'DRS.M00200', 'DRS.M00201', 'DRS.M00202'],
  ],
  status: ['DLI.0001', 'DLI.0007', 'DLI.0009', 'DRS.M00304', UNSPECIFIED],
  everybody: ['DLI.1028'],
  unserved: [
    ...['DLI.0013', 'DLI.0014', 'DLI.0015', 'DLI.0016'],
    ...['DRS.M00100', 'DRS.M00102', 'DRS.M00103', 'DRS.M00261', 'DRS.M01503', 'DRS.M01504'],
  ],
  later: ['DLI.0012', 'DLI.0019', 'DLI.0999', 'DLI.10001', 'DRS.M00004', 'DRS.M01501'],
};

const BLAME = new Map(
  Object.entries(CODES).flatMap(([blame, codes]) => codes.map((code) => [code, blame as Blame])),
);

/** By code first, since the vendor sends throttles and server errors as 400 and "busy" as 202; unknown codes by status. */
export const blameOf = (status: number, code: string): Blame => {
  const known = BLAME.get(code);
  if (known !== undefined) return known;
  if (status >= 500 || status === 408) return 'later';
  // The gateway and IAM answer before any job is looked at.
  if (/^(APIGW|APIG|IAM)\./.test(code)) return 'unserved';
  if (status === 401 || status === 429) return 'unserved';
  return status === 403 ? 'everybody' : 'status';
};

/**
 * What is left open by a reply that is no verdict. A service that has answered has done what it does; behind a server's
 * error, which may be a gateway's that gave up waiting, or behind silence, a request may yet be served.
 */
export const doubt = (status: number | undefined): 'maybe' | 'maybe yet' =>
  status === undefined || status >= 500 || status === 408 ? 'maybe yet' : 'maybe';

/** The verdict on one job that an error names, by place or by id, or that was asked for alone. */
export const verdictOn = (status: number, error: Refusal, evidence: Evidence): Verdict => {
  const blame = blameOf(status, error.code);
  switch (blame) {
    case 'unserved':
    case 'later': {
      const served = blame === 'later' ? doubt(status) : 'no';
      return { kind: 'unanswered', served, reason: `${error.code}: ${error.message}` };
    }
    case 'job':
    case 'status':
    case 'everybody':
      return { kind: 'rejected', evidence, error, doubtful: blame === 'status' };
  }
};

/** Whether a refusal of a whole call may be the fault of one of its jobs. */
export const mayBeOneJobs = (status: number, { code }: Refusal): boolean => {
  const blame = blameOf(status, code);
  return blame === 'job' || blame === 'status';
};
