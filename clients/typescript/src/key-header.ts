/**
 * A key as a string of RFC 8941, as draft-ietf-httpapi-idempotency-key-header-07 asks. Throws a `TypeError` if it cannot be
 * one.
 */
export const keyHeader = (key: string): string => {
  if (!/^[\x20-\x7e]{1,255}$/.test(key))
    throw new TypeError('The idempotency key is not 1 to 255 printable ASCII characters');
  return `"${key.replace(/["\\]/g, '\\$&')}"`;
};
