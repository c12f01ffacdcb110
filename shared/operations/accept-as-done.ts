import type { Reading } from '../reply/correlate.ts';
import type { Verdict } from '../reply/verdict.ts';
import type { Operation } from './operation.ts';

/**
 * Reads a refusal by one of these codes as success: the job is where the operation would bring it, as a job that does not
 * exist is after a delete. A refusal of a whole call is one job's alone: it counts only if the call was for one job.
 */
export const acceptAsDone = (
  codes: readonly string[],
  decode: Operation['decode'],
): Operation['decode'] => {
  const isDone = (verdict: Verdict): verdict is Extract<Verdict, { kind: 'rejected' }> =>
    verdict.kind === 'rejected' && codes.includes(verdict.error.code);
  return (asked, reply): Reading => {
    const reading = decode(asked, reply);
    const { verdicts, suspect } = reading;
    if (!verdicts.some(isDone) || (suspect && asked.length > 1)) return reading;
    return {
      suspect: false,
      verdicts: verdicts.map((verdict) =>
        isDone(verdict) ? { kind: 'delivered', evidence: verdict.evidence } : verdict,
      ),
    };
  };
};
