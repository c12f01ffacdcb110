import {
  createHash,
  createHmac,
  createPublicKey,
  hkdfSync,
  timingSafeEqual,
  verify,
} from 'node:crypto';

/** Hex SHA-256. Text counts as UTF-8. */
export const sha256 = (data: string | Uint8Array): string =>
  createHash('sha256').update(data).digest('hex');

/** HMAC-SHA256, as bytes. Text counts as UTF-8. */
export const hmacSha256 = (key: string | Uint8Array, data: string | Uint8Array): Buffer =>
  createHmac('sha256', key).update(data).digest();

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

const ED25519_KEY_BYTES = 32;

/** Node takes a raw key as a JSON Web Key (RFC 8037). */
const ed25519Key = (raw: Uint8Array) =>
  createPublicKey({
    format: 'jwk',
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(raw).toString('base64url') },
  });

/** Whether the owner of a public key, 32 raw bytes, signed the data (ed25519, RFC 8032). */
export const verifyEd25519 = (key: Uint8Array, data: Uint8Array, signature: Uint8Array): boolean =>
  key.length === ED25519_KEY_BYTES && verify(null, data, ed25519Key(key), signature);
