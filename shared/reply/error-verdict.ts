import { blameOf, lacksRight } from './error-codes.ts';
import { servedAfter } from './served.ts';
import type { Evidence, Refusal, Verdict } from './verdict.ts';

/** The verdict on one job that an error names by place or by id, or that was asked for alone. */
export const verdictOfError = (status: number, error: Refusal, evidence: Evidence): Verdict => {
  const blame = blameOf(status, error.code);
  switch (blame) {
    case 'busy':
    case 'throttled':
    case 'signature':
    case 'auth':
    case 'route':
    case 'gateway':
    case 'unreadable':
    case 'outage':
    case 'timeout': {
      const reason = `${error.code}: ${error.message}`;
      const served = servedAfter(blame, status);
      const denied = lacksRight(status, error.code) && { denied: { evidence, error } };
      return { kind: 'unanswered', served, reason, ...denied };
    }
    case 'job':
    case 'status':
    case 'all':
      return { kind: 'rejected', evidence, error, doubtful: blame === 'status' };
  }
};

/** Whether a refusal of a whole call may be the fault of one of its jobs. */
export const mayBeOneJobs = (status: number, { code }: Refusal): boolean => {
  const blame = blameOf(status, code);
  return blame === 'job' || blame === 'status';
};
