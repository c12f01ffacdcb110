import type { Caller } from './caller.ts';
import type { RawRequest } from './raw-request.ts';

/**
 * What a scheme says of a request. `absent`: it has no credential of this scheme. `failed`: it has one that proves nothing.
 * `stranger`: it has one that proves who sends it, and that is no caller. `unavailable`: it has one that cannot be judged
 * at the moment. `unfit`: it has one that cannot be judged as it was sent. `throttled`: it has one that is not judged now, for what its sender did before. `check` names the check that failed, for the operator's log only.
 */
export type Proved =
  | {
      readonly kind: 'proved';
      readonly caller: Caller;
      /** Equal for a repeat of this very request: its signature, its webhook id, or the hash of its body. */
      readonly replayKey?: string;
    }
  | { readonly kind: 'absent' }
  | { readonly kind: 'failed' | 'stranger' | 'unfit' | 'unavailable'; readonly check: string }
  | { readonly kind: 'throttled'; readonly check: string; readonly retryAfterSeconds: number };

/** One way to prove who calls. Law: it never throws on any request, and takes equally long on all wrong secrets. */
export type Scheme = (request: RawRequest, now: Date) => Proved | Promise<Proved>;

export const ABSENT: Proved = { kind: 'absent' };

export const failed = (check: string): Proved => ({ kind: 'failed', check });
