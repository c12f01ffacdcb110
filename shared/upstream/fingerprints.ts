import type { Credential } from './credentials.ts';

/** A text that tells credentials apart and reveals nothing of them. */
export type FingerprintOf = (credential: Credential) => Promise<string>;

/** Makes each credential's fingerprint once, in however many accounts it stands: a user's takes its time. */
export const makeFingerprints = (make: FingerprintOf): FingerprintOf => {
  const made = new Map<string, Promise<string>>();
  return (credential) => {
    const text = JSON.stringify(credential);
    const known = made.get(text);
    if (known !== undefined) return known;
    const fingerprint = make(credential);
    made.set(text, fingerprint);
    // A failure is not kept: the next request tries again.
    fingerprint.catch(() => made.delete(text));
    return fingerprint;
  };
};
