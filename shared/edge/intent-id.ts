import { createHash } from 'node:crypto';
import { v7 } from 'uuid';
import { type IntentId, timeOf } from '../intent/intent.ts';

/** The last id made for a time in the past. */
let last = { at: Number.NaN, sequence: 0 };

const MOST = 0xffff_ffff;

/**
 * An id of a time in the past. The sequence number in it is the time since then: so of several ids of one millisecond, the
 * first made is the oldest, in all processes, as far as their clocks agree.
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
 * Makes an id of now, or of the past time `at`, in milliseconds since 1970. It is always newer than `after`, even if
 * clocks differ. Law: within one process, ids of now sort in the order in which they were made, and so do ids of one
 * past time.
 */
export const newIntentId = (after?: IntentId, at?: number): IntentId => {
  const id = at === undefined ? (v7() as IntentId) : idOf(at);
  return after === undefined || id > after ? id : (v7({ msecs: timeOf(after) + 1 }) as IntentId);
};

const DIGITS_OF_KEY = 32;

/** A digest: equal texts have equal keys, and other texts other keys. */
export const keyOf = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, DIGITS_OF_KEY);

/** 20 bits: they leave 22 random ones beside the sequence number of 32 bits. */
const DIGITS_OF_TAG = 5;

const tagFor = (id: IntentId, caller: string): string =>
  createHash('sha256')
    .update(`${id.slice(0, -DIGITS_OF_TAG)} ${caller}`)
    .digest('hex')
    .slice(0, DIGITS_OF_TAG);

/**
 * The id with a tag of its caller as its last 20 bits. So an id tells whose it is before the ledger has a record of it. The
 * order of ids does not change: the sequence number stands before the tag.
 */
export const tagId = (id: IntentId, caller: string): IntentId =>
  (id.slice(0, -DIGITS_OF_TAG) + tagFor(id, caller)) as IntentId;

/** Whether an id has this caller's tag. Of another caller's ids, one in a million has it. */
export const hasTag = (id: IntentId, caller: string): boolean => id.endsWith(tagFor(id, caller));
