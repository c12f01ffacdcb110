import type { RawRequest } from './raw-request.ts';
import type { Proved, Scheme } from './scheme.ts';

export type Authentication =
  | Extract<Proved, { kind: 'proved' }>
  /**
   * Nothing proves a caller. `stranger`: a credential is good, and not a caller's. `out of reach`: a credential cannot be
   * judged at the moment. `unfit`: one cannot be judged as it was sent. The checks are those that failed, in order. None: the request has no credential.
   */
  | {
      readonly kind: 'refused' | 'stranger' | 'unfit' | 'out of reach';
      readonly checks: readonly string[];
    }
  /** A credential is not judged now, for what its sender did before. */
  | {
      readonly kind: 'throttled';
      readonly checks: readonly string[];
      readonly retryAfterSeconds: number;
    };

type Failed = Exclude<Proved, { kind: 'proved' | 'absent' }>;

const verdictOf = (failed: readonly Failed[]): Exclude<Authentication, { kind: 'proved' }> => {
  const checks = failed.map(({ check }) => check);
  const has = (wanted: Failed['kind']) => failed.some(({ kind }) => kind === wanted);
  if (has('unavailable')) return { kind: 'out of reach', checks };
  const throttled = failed.find((one) => one.kind === 'throttled');
  if (throttled !== undefined)
    return { kind: 'throttled', checks, retryAfterSeconds: throttled.retryAfterSeconds };
  if (has('unfit')) return { kind: 'unfit', checks };
  return { kind: has('stranger') ? 'stranger' : 'refused', checks };
};

/** Tries schemes in turn. The first proof counts. A wrong credential does not spoil a good one of another scheme. */
export const authenticate = async (
  schemes: readonly Scheme[],
  request: RawRequest,
  now: Date,
): Promise<Authentication> => {
  const failed: Failed[] = [];
  for (const scheme of schemes) {
    const proved = await scheme(request, now);
    if (proved.kind === 'proved') return proved;
    if (proved.kind !== 'absent') failed.push(proved);
  }
  return verdictOf(failed);
};
