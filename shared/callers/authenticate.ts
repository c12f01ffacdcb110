import type { RawRequest } from './raw-request.ts';
import type { Proved, Scheme } from './scheme.ts';

export type Authentication =
  | Extract<Proved, { kind: 'proved' }>
  /**
   * Nothing proves a caller. `stranger`: a credential is good, and not a caller's. `out of reach`: a credential cannot be
   * judged at the moment. The checks are those that failed, in order. None: the request has no credential.
   */
  | {
      readonly kind: 'refused' | 'stranger' | 'out of reach';
      readonly checks: readonly string[];
    };

const verdictOf = (kinds: readonly Proved['kind'][]): 'refused' | 'stranger' | 'out of reach' => {
  if (kinds.includes('unavailable')) return 'out of reach';
  return kinds.includes('stranger') ? 'stranger' : 'refused';
};

/** Tries schemes in turn. The first proof counts. A wrong credential does not spoil a good one of another scheme. */
export const authenticate = async (
  schemes: readonly Scheme[],
  request: RawRequest,
  now: Date,
): Promise<Authentication> => {
  const failed: Exclude<Proved, { kind: 'proved' | 'absent' }>[] = [];
  for (const scheme of schemes) {
    const proved = await scheme(request, now);
    if (proved.kind === 'proved') return proved;
    if (proved.kind !== 'absent') failed.push(proved);
  }
  return {
    kind: verdictOf(failed.map(({ kind }) => kind)),
    checks: failed.map(({ check }) => check),
  };
};
