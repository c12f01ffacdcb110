import type { Fault } from '../json/fault.ts';

/** The place of a fault in the header. */
const POINTER = 'header Idempotency-Key';

const RULE =
  'must be one key of 1 to 255 printable ASCII characters: a quoted string, or a bare one without blanks, quotes and commas';

const quoted = /^"((?:[ !#-[\]-~]|\\["\\])*)"$/;
const bare = /^[!#-+\--~]+$/;

const LONGEST = 255;

export type ReadIdempotencyKey =
  | { readonly ok: true; readonly key: string | undefined }
  | { readonly ok: false; readonly fault: Fault };

const keyIn = (text: string): string | undefined => {
  const inQuotes = quoted.exec(text)?.[1];
  if (inQuotes !== undefined) return inQuotes.replaceAll(/\\(["\\])/g, '$1');
  return bare.test(text) ? text : undefined;
};

/**
 * Reads the header `Idempotency-Key`, a string of RFC 8941 (draft-ietf-httpapi-idempotency-key-header-07). A bare key is
 * the same key as in quotes. An empty one is a fault: its sender means to be safe.
 */
export const readIdempotencyKey = (header: string | undefined): ReadIdempotencyKey => {
  if (header === undefined) return { ok: true, key: undefined };
  const key = keyIn(header.trim());
  return key === undefined || key === '' || key.length > LONGEST
    ? { ok: false, fault: { pointer: POINTER, detail: RULE } }
    : { ok: true, key };
};
