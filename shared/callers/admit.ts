import { type Authentication, authenticate } from './authenticate.ts';
import type { CallerEntry } from './callers-document.ts';
import type { RawRequest } from './raw-request.ts';
import type { Schemes } from './schemes.ts';

/**
 * Whom a route lets in. `callers`: each caller with a grant, by any scheme but those of hooks. `hook`: the caller that the
 * path names, by its own proofs. `anyone`: no proof is asked for.
 */
export type Admits = 'anyone' | 'callers' | 'hook';

export type Admission =
  /** `entry` is there for a hook: the caller that the path names. */
  | (Extract<Authentication, { kind: 'proved' }> & { readonly entry?: CallerEntry })
  | Exclude<Authentication, { kind: 'proved' }>
  /** The secret with the callers could not be read so far. */
  | { readonly kind: 'out of reach'; readonly checks?: undefined };

/** Decides whether a request comes in. `hook` is the caller that the path of a hook names. */
export type Admit = (
  admits: Exclude<Admits, 'anyone'>,
  request: RawRequest,
  hook?: string,
) => Promise<Admission>;

export interface AdmitEdges {
  /** The schemes of the secret's version in force. */
  readonly schemes: () => Promise<Schemes | 'out of reach'>;
  readonly now: () => Date;
}

const refused = (check: string): Admission => ({ kind: 'refused', checks: [check] });

/**
 * Law: a hook that no caller has is refused like a wrong proof, by the same checks. So neither the answer nor its time tells
 * which callers exist.
 */
export const makeAdmit =
  ({ schemes, now }: AdmitEdges): Admit =>
  async (admits, request, hook = '') => {
    const known = await schemes();
    if (known === 'out of reach') return { kind: 'out of reach' };
    if (admits === 'callers') return authenticate(known.general, request, now());
    const named = known.hooks.get(hook);
    const admission = await authenticate(named?.schemes ?? known.ofNoHook, request, now());
    if (named === undefined) return refused('hook: no caller has this hook');
    if (admission.kind !== 'proved') return admission;
    return admission.caller.id === named.entry.id
      ? { ...admission, entry: named.entry }
      : refused('hook: the proof is of another caller');
  };
