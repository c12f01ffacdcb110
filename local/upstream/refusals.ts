import type { BadSignature } from '../../shared/callers/vendor-signature.ts';
import type { Who } from './standing.ts';

/** Why a client was not let in. */
export type Why =
  | BadSignature
  | 'no credentials'
  | 'unreadable authorization'
  | 'unknown key'
  | 'unknown user'
  | 'wrong password'
  | 'locked'
  | 'unknown token'
  | 'expired token'
  | 'another project';

/** A request that was refused for its credentials. Its body was not read, it had no effect, and it is no call. */
export interface Refusal {
  readonly at: number;
  readonly path: string;
  /** Undefined where the request did not say, or no user is known for the token. */
  readonly who: Who | undefined;
  readonly why: Why;
  readonly status: number;
}
