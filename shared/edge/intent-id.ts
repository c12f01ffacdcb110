import { createHash } from 'node:crypto';
import { v7 } from 'uuid';
import type { IntentId } from '../core/intent.ts';

export const newIntentId = (): IntentId => v7() as IntentId;

/**
 * The intent id of an event: the same for each delivery of the same event, so that one that is delivered twice, or
 * retried after a part of it was queued, is one intent. `at` is milliseconds since 1970.
 */
export const intentIdOf = (eventId: string, at: number): IntentId => {
  const digest = createHash('sha256').update(eventId).digest();
  return v7({
    msecs: at,
    seq: digest.readUInt32BE(16),
    random: digest.subarray(0, 16),
  }) as IntentId;
};
