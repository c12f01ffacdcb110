import { type IntentId, timeOf } from './intent.ts';

/**
 * The age of an intent: a text that compares with intent ids, and with other ages, as text. The greater is the newer. For
 * most intents it is their id.
 */
export type Age = IntentId;

/**
 * The most by which the clocks of the accept functions and of the queue may differ, in milliseconds. So an intent that
 * comes more than that after another was answered is newer than it. See docs/ledger.md, "How old an intent is".
 */
export const CLOCK_DIFFERENCE_MS = 100;

const DIGITS_OF_TIME = 12;
const ID_LENGTH = 36;

/** The same id with another time, in milliseconds since 1970. */
const withTime = (id: IntentId, at: number): Age => {
  const time = at.toString(16).padStart(DIGITS_OF_TIME, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}${id.slice(DIGITS_OF_TIME + 1)}` as Age;
};

/**
 * The age of an intent that reached the queue at `sentAt`, in milliseconds since 1970. Law: no intent is newer than its
 * arrival, but for the difference of clocks. So ids of a clock that ran ahead make no later intent stale.
 */
export const ageAsOf = (id: IntentId, sentAt: number): Age =>
  timeOf(id) - sentAt > CLOCK_DIFFERENCE_MS ? withTime(id, sentAt) : id;

const baseOf = (age: Age): string => age.slice(0, ID_LENGTH);

/** The greatest id below another. */
const stepBack = (id: string): string => {
  const digits = BigInt(`0x${id.replaceAll('-', '')}`) - 1n;
  const hex = digits.toString(16).padStart(32, '0');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
};

const isPlain = (age: Age): boolean => age.length === ID_LENGTH;

/** The age just below `age`, for an intent of the same caller with a lower sequence. `id` orders equal sequences. */
export const justBefore = (age: Age, sequence: string, id: IntentId): Age =>
  `${isPlain(age) ? stepBack(age) : baseOf(age)}:${sequence}:${id}` as Age;

/** The age just above `age`, for an intent of the same caller with a higher sequence. */
export const justAfter = (age: Age, sequence: string, id: IntentId): Age =>
  `${baseOf(age)}:${sequence}:${id}` as Age;

/** The age of an intent that follows another: newer than that one, older than anything that came after it. */
export const following = (age: Age, id: IntentId): Age => `${age}:~${id}` as Age;

/** The intent id in an age. If the time of the age was changed, it is the id with that time. */
export const idIn = (age: Age): IntentId => age.slice(-ID_LENGTH) as IntentId;

/** Stands for the age of a stop that is not known yet. Newer than every age. */
export const unknownAge = (name: string): Age => `~${name}` as Age;

/** What `after` names, as its caller wrote it: an intent id, or the name of a stop that is not known yet. */
export const namedIn = (age: Age): string => (age.startsWith('~') ? age.slice(1) : age);
