import { createHash } from 'node:crypto';
import { v7 } from 'uuid';
import { type IntentId, timeOf } from '../core/intent.ts';

/**
 * An id of now, or of `at`, in milliseconds since 1970, for a wish that is older than its arrival. It is newer than that
 * of the intent that is to be followed, however the clocks stand. Law: of one process, those of now are in the order in
 * which they were made.
 */
export const newIntentId = (after?: IntentId, at?: number): IntentId => {
  const id = (at === undefined ? v7() : v7({ msecs: at })) as IntentId;
  return after === undefined || id > after ? id : (v7({ msecs: timeOf(after) + 1 }) as IntentId);
};

const DIGITS_OF_KEY = 32;

/** A short name for a text, the same for the same text alone. */
export const keyOf = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, DIGITS_OF_KEY);
