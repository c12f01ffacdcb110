import * as v from 'valibot';
import type { Intent, IntentId } from '../intent/intent.ts';
import { readRecord } from './read-record.ts';
import type { Codec } from './records.ts';

/** What is remembered of a request, so that its repeat is answered as it was. */
export interface RequestRecord
  extends Pick<Intent, 'intent_id' | 'accepted_at'>,
    Required<Pick<Intent, 'expires_at'>> {
  /** A digest of the route and the body. */
  readonly digest: string;
  /** Whether the queue has every job. */
  readonly isQueued: boolean;
  /** Until then the request is in progress, if it is not queued. Milliseconds since 1970. */
  readonly leaseUntil: number;
  /** From then on the request is forgotten, however long the entry stays. Milliseconds since 1970. */
  readonly forgetAt: number;
}

/** The key of a request's record. `digest`: of its caller and of what makes it known again. */
export const requestKeyOf = (digest: string): string => `request/${digest}`;

const VERSION = 1;

const schema = v.object({
  v: v.literal(VERSION),
  digest: v.string(),
  intent_id: v.custom<IntentId>((id) => typeof id === 'string'),
  accepted_at: v.string(),
  expires_at: v.string(),
  isQueued: v.boolean(),
  leaseUntil: v.number(),
  forgetAt: v.number(),
});

const read = (text: string): RequestRecord | undefined => {
  const stored = readRecord(schema, text);
  if (stored === undefined) return undefined;
  const { v: _, ...record } = stored;
  return record;
};

/** How a request's record is written as a text. */
export const requestCodec: Codec<RequestRecord> = {
  read,
  write: (record) => JSON.stringify({ v: VERSION, ...record }),
};
