import type { JobRequest } from '../intent/request.ts';

/** A digest: equal texts have equal keys, and other texts other keys. */
export type KeyOf = (text: string) => string;

/**
 * The key by which the ledger knows a wish again. `names`: the caller, and what makes this delivery a repeat of another. It
 * covers what is asked for too: some senders reuse the ids of their events.
 */
export const wishKey = (
  names: readonly [caller: string, repeat: string],
  { operation, project_id, options, jobs, after, after_name, sequence, expires_at }: JobRequest,
  keyOf: KeyOf,
): string => {
  const wish = { operation, project_id, options, jobs, after, after_name, sequence, expires_at };
  return keyOf(JSON.stringify([...names, wish]));
};
