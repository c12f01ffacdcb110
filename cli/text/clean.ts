/**
 * Characters that do something to a terminal in place of being shown: controls (C0, DEL, C1), and those that turn the
 * direction of a line (Unicode TR36 §3.4). Also line and paragraph separators.
 */
const UNSAFE = /[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/**
 * A text from outside, fit for one line of a terminal. Law: no control character passes. Each is shown by its code, so
 * that two texts that differ also look different.
 */
export const clean = (text: string): string =>
  text
    .toWellFormed()
    .replace(UNSAFE, (one) => `\\u{${(one.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}}`);

/** JSON for scripts, on one line. What a terminal would act on is escaped, so that it is safe to look at, too. */
export const cleanJson = (value: unknown): string =>
  JSON.stringify(value).replace(
    UNSAFE,
    (one) => `\\u${(one.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
