import { createHash } from 'node:crypto';
import { v7 } from 'uuid';
import { type IntentId, timeOf } from '../intent/intent.ts';

/** How many were made last at one time of the past. */
let last = { at: Number.NaN, sequence: 0 };

const MOST = 0xffff_ffff;

/**
 * Of those of one time the one that is made first is the oldest, also beside other processes, by their clocks: ids of the same
 * millisecond are in the order of this number.
 */
const idOf = (at: number): IntentId => {
  const sequence = Math.min(MOST, Math.max(0, Date.now() - at));
  last = {
    at,
    sequence: last.at === at && last.sequence >= sequence ? last.sequence + 1 : sequence,
  };
  return v7({ msecs: at, seq: Math.min(MOST, last.sequence) }) as IntentId;
};

/**
 * An id of now, or of `at`, in milliseconds since 1970, for a wish that is older than its arrival. It is newer than that
 * of the intent that is to be followed, however the clocks stand. Law: of one process, those of now, and those of one time, are
 * in the order in which they were made.
 */
export const newIntentId = (after?: IntentId, at?: number): IntentId => {
  const id = at === undefined ? (v7() as IntentId) : idOf(at);
  return after === undefined || id > after ? id : (v7({ msecs: timeOf(after) + 1 }) as IntentId);
};

const DIGITS_OF_KEY = 32;

/** A short name for a text, the same for the same text alone. */
export const keyOf = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, DIGITS_OF_KEY);
