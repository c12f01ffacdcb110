/**
 * Whose fault an error is, and what it leaves open.
 * - `job`: this job cannot be served. In a call of many, the error may be one job's fault.
 * - `status`: as `job`, and the job's status may be the reason: it may already be where it was wished to be.
 * - `all`: no job's own fault, and final (a quota, permission to use the feature).
 * - `busy`: this job is not served for now.
 * - `throttled`: too many requests; nothing was done.
 * - `signature`: the credential itself, a signature or a token; nothing was done. Too many in a row lock a key pair.
 * - `auth`: the credential's rights; nothing was done, and another credential may help.
 * - `route`: the gateway knows no such path; nothing was done.
 * - `gateway`: the gateway refused for another reason; nothing was done.
 * - `unreadable`: the reply is not the service's own: a page, a redirect, a proxy.
 * - `outage`: the server's trouble; the request may have been served.
 * - `timeout`: the server gave up waiting; the request may yet be served.
 */
export type Blame =
  | 'job'
  | 'status'
  | 'all'
  | 'busy'
  | 'throttled'
  | 'signature'
  | 'auth'
  | 'route'
  | 'gateway'
  | 'unreadable'
  | 'outage'
  | 'timeout';

/** Known error codes. Source: the vendor's error-code pages; docs/upstream.md §2 has them with their HTTP statuses. */
const BLAMES: ReadonlyMap<string, Blame> = new Map([
  ['DLI.0001', 'status'],
  ['DLI.0002', 'job'],
  ['DLI.0007', 'status'],
  ['DLI.0009', 'status'],
  ['DLI.0012', 'outage'],
  ['DLI.0013', 'signature'],
  ['DLI.0014', 'signature'],
  ['DLI.0015', 'auth'],
  ['DLI.0016', 'auth'],
  ['DLI.0019', 'timeout'],
  ['DLI.0023', 'job'],
  ['DLI.0999', 'outage'],
  ['DLI.1028', 'all'],
  ['DLI.10001', 'outage'],
  ['DLI.12004', 'job'],
  ['DLI.13024', 'job'],
  ['DLI.16001', 'job'],
  ['DRS.M00004', 'outage'],
  ['DRS.M00007', 'job'],
  ['DRS.M00100', 'auth'],
  ['DRS.M00102', 'auth'],
  ['DRS.M00103', 'signature'],
  ['DRS.M00200', 'job'],
  ['DRS.M00201', 'job'],
  ['DRS.M00202', 'job'],
  ['DRS.M00261', 'auth'],
  ['DRS.M00289', 'job'],
  ['DRS.M00301', 'job'],
  ['DRS.M00304', 'status'],
  ['DRS.M00305', 'job'],
  ['DRS.M01501', 'outage'],
  ['DRS.M01503', 'throttled'],
  ['DRS.M01504', 'busy'],
  ['DRS.M05003', 'job'],
  ['DRS.M05004', 'job'],
  // https://support.huaweicloud.com/intl/en-us/usermanual-apig/apig-ug-180530090.html
  ['APIGW.0101', 'route'],
  ['APIG.0101', 'route'],
  ['APIGW.0301', 'signature'],
  ['APIG.0301', 'signature'],
  ['APIGW.0308', 'throttled'],
  ['APIG.0308', 'throttled'],
  ['IAM.0012', 'throttled'],
  ['IAM.0061', 'auth'],
]);

/** The gateway and IAM answer before the service looks at a job. At the status of an outage they tell of the service. */
const isGateways = (code: string): boolean => /^(APIGW|APIG|IAM)\./.test(code);

/** A server in trouble, or a gateway that gave up waiting. */
export const isOutage = (status: number): boolean => status >= 500 || status === 408;

/** The code goes first: the vendor sends throttles and server errors at 400, and "busy" at 202. Then the status. */
export const blameOf = (status: number, code: string): Blame => {
  if (isOutage(status) && isGateways(code)) return 'outage';
  const known = BLAMES.get(code);
  if (known !== undefined) return known;
  if (isOutage(status)) return 'outage';
  if (status === 429) return 'throttled';
  if (status === 401) return 'signature';
  if (isGateways(code)) return status === 403 ? 'auth' : 'gateway';
  return status === 403 ? 'all' : 'status';
};

/** Whether a right is missing, for one job or for the credential. IAM's refusals are of the user, whatever the job. */
export const lacksRight = (status: number, code: string): boolean => {
  const blame = blameOf(status, code);
  return (blame === 'auth' || (blame === 'all' && status === 403)) && !/^IAM\./.test(code);
};
