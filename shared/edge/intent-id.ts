import { createHash } from 'node:crypto';
import { v7 } from 'uuid';
import { type IntentId, timeOf } from '../core/intent.ts';

/** An id that is newer than that of the intent that is to be followed, however the clocks stand. */
export const newIntentId = (after?: IntentId): IntentId => {
  const id = v7() as IntentId;
  return after === undefined || id > after ? id : (v7({ msecs: timeOf(after) + 1 }) as IntentId);
};

/**
 * The intent id of an event: the same for each delivery of the same event, so that one that is delivered twice, or
 * retried after a part of it was queued, is one intent. `at` is milliseconds since 1970, and told in whole seconds: what
 * is to follow an intent of the same second is newer than that all the same.
 */
export const intentIdOf = (eventId: string, at: number, after?: IntentId): IntentId => {
  const digest = createHash('sha256').update(eventId).digest();
  return v7({
    msecs: after === undefined ? at : Math.max(at, timeOf(after) + 1),
    seq: digest.readUInt32BE(16),
    random: digest.subarray(0, 16),
  }) as IntentId;
};
