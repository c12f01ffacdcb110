import { errorText } from '../json/error-text.ts';
import type { Log } from '../json/log.ts';
import type { Measure } from '../json/metric.ts';
import type { AcceptEnveloped } from './enveloped.ts';
import { InvalidIntentError, NotGrantedError } from './payload.ts';
import type { ProblemType } from './problem-types.ts';

/** In the words of docs/problems.md. */
const reasonOf = (error: unknown): ProblemType =>
  error instanceof NotGrantedError ? 'not-granted' : 'invalid-request';

/** A payload that the caller has to change. Every other error is ours. */
const isRefusal = (error: unknown): boolean =>
  error instanceof InvalidIntentError || error instanceof NotGrantedError;

/** Accepts the same way, and tells of each payload whether it was accepted, refused or failed. A batch counts as many as it holds. */
export const measuredPayload =
  (
    accept: AcceptEnveloped,
    { measure, log }: { readonly measure: Measure; readonly log: Log },
  ): AcceptEnveloped =>
  async (payload) => {
    try {
      const receipts = await accept(payload);
      measure('RequestsAccepted', [receipts].flat().length);
      // A share of failed requests has no value before the first was counted.
      measure('RequestsFailed', 0);
      return receipts;
    } catch (error) {
      measure(isRefusal(error) ? 'RequestsRefused' : 'RequestsFailed', 1);
      if (isRefusal(error))
        log.warn('refused', { reason: reasonOf(error), check: errorText(error) });
      throw error;
    }
  };
