import type { Measure } from '../json/metric.ts';
import type { AcceptEnveloped } from './enveloped.ts';
import { InvalidIntentError, NotGrantedError } from './payload.ts';

/** A payload that the caller has to change. Every other error is ours. */
const isRefusal = (error: unknown): boolean =>
  error instanceof InvalidIntentError || error instanceof NotGrantedError;

/** Accepts the same way, and counts each payload as accepted, refused or failed. A batch counts as many as it holds. */
export const measuredPayload =
  (accept: AcceptEnveloped, measure: Measure): AcceptEnveloped =>
  async (payload) => {
    try {
      const receipts = await accept(payload);
      measure('RequestsAccepted', [receipts].flat().length);
      // A share of failed requests has no value before the first was counted.
      measure('RequestsFailed', 0);
      return receipts;
    } catch (error) {
      measure(isRefusal(error) ? 'RequestsRefused' : 'RequestsFailed', 1);
      throw error;
    }
  };
