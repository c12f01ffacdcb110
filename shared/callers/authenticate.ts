import type { RawRequest } from './raw-request.ts';
import type { Proved, Scheme } from './scheme.ts';

export type Authentication =
  | Extract<Proved, { kind: 'proved' }>
  /** The checks that failed, in order. None: the request has no credential. */
  | { readonly kind: 'refused'; readonly checks: readonly string[] };

/** Tries schemes in turn. The first proof counts. A wrong credential does not spoil a good one of another scheme. */
export const authenticate = async (
  schemes: readonly Scheme[],
  request: RawRequest,
  now: Date,
): Promise<Authentication> => {
  const checks: string[] = [];
  for (const scheme of schemes) {
    const proved = await scheme(request, now);
    if (proved.kind === 'proved') return proved;
    if (proved.kind === 'failed') checks.push(proved.check);
  }
  return { kind: 'refused', checks };
};
