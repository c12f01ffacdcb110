import { createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** Hex SHA-256. Text counts as UTF-8. */
export const sha256 = (data: string | Uint8Array): string =>
  createHash('sha256').update(data).digest('hex');

/** HMAC-SHA256 of a text, as bytes. */
export const hmacSha256 = (key: string | Uint8Array, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest();

/** HKDF-SHA256 (RFC 5869) of 32 bytes. */
export const hkdfSha256 = (secret: string, salt: string, info: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, salt, info, 32));

/** Compares in constant time: it takes as long wherever the two differ. Undefined equals undefined alone. */
export const isSame = (a: string | undefined, b: string | undefined): boolean => {
  const hash = (text: string | undefined): Buffer =>
    createHash('sha256')
      .update(JSON.stringify([text]))
      .digest();
  return timingSafeEqual(hash(a), hash(b));
};
