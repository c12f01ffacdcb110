import { type IntentId, timeOf } from './intent.ts';

/**
 * How old a wish is: a text that begins as an intent's id and compares with ids as they do. The younger is the newer. Most
 * wishes are as old as their id says.
 */
export type Age = IntentId;

/**
 * By so much, in milliseconds, the clocks of those who accept intents, and that of the queue, may differ. A wish that was
 * accepted later than that after another was answered is the newer of the two. docs/ledger.md, "How old a wish is".
 */
export const CLOCK_DIFFERENCE_MS = 100;

const DIGITS_OF_TIME = 12;
const ID_LENGTH = 36;

/** The id as if it had been made at another time: `at` is in milliseconds since 1970. */
const withTime = (id: IntentId, at: number): Age => {
  const time = at.toString(16).padStart(DIGITS_OF_TIME, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}${id.slice(DIGITS_OF_TIME + 1)}` as Age;
};

/**
 * The age of an intent that the queue took at a time, in milliseconds since 1970. Law: no wish is newer than its arrival by
 * more than clocks differ, so a clock that was ahead, and was corrected, makes nothing stale.
 */
export const ageAsOf = (id: IntentId, sentAt: number): Age =>
  timeOf(id) - sentAt > CLOCK_DIFFERENCE_MS ? withTime(id, sentAt) : id;

const baseOf = (age: Age): string => age.slice(0, ID_LENGTH);

/** The greatest id that is older than another. */
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

/** Just older than another wish of the same sender, as their sequences have it; `id` sets equal sequences apart. */
export const justBefore = (age: Age, sequence: string, id: IntentId): Age =>
  `${isPlain(age) ? stepBack(age) : baseOf(age)}:${sequence}:${id}` as Age;

/** Just newer than another wish of the same sender, as their sequences have it. */
export const justAfter = (age: Age, sequence: string, id: IntentId): Age =>
  `${baseOf(age)}:${sequence}:${id}` as Age;

/** Newer than the wish that it is to follow, and older than what came after that. */
export const following = (age: Age, id: IntentId): Age => `${age}:~${id}` as Age;

/** Whose age it is, where that is told: of one whose time was changed it is not. */
export const idIn = (age: Age): IntentId => age.slice(-ID_LENGTH) as IntentId;

/** In place of the age of an intent that is not known yet: newer than all there are. */
export const unknownAge = (name: string): Age => `~${name}` as Age;
