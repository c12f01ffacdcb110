import { fingerprintOf } from '../../shared/edge/signer.ts';
import type { Credential } from '../../shared/upstream/credentials.ts';

const known = new Map<string, Promise<string>>();

/** Made once for each credential: a user's takes its time. */
export const fingerprint = (credential: Credential): Promise<string> => {
  const text = JSON.stringify(credential);
  const made = known.get(text) ?? fingerprintOf(credential);
  known.set(text, made);
  return made;
};
