import type { Json } from '../json/json.ts';
import { excerptOf } from './excerpt.ts';
import type { Says } from './says.ts';

/** By which credential a request went out. */
export interface SentBy {
  /** Its fingerprint. */
  readonly key: string;
  /** That the credential is refused in every project, so that nothing more should go out by it. */
  readonly isRefused: boolean;
}

/** What is known of a request that went out, or that may have. */
interface Sent {
  /** The `X-Request-Id` that was sent, by which both sides' logs can be joined. */
  readonly requestId?: string;
  readonly sentBy?: SentBy;
}

/** The request went out, and no reply came. */
export interface Silent extends Sent {
  readonly kind: 'silent';
  readonly reason: string;
}

/** No request went out. */
export interface Unsent extends Sent {
  readonly kind: 'unsent';
  /**
   * - `unreachable`: there was no connection, or no token for it. The upstream is in trouble.
   * - `held`: we did not try. That tells nothing of the upstream.
   * - `no-route`: so too, since the gateway knows no such route. Another try would tell nothing.
   */
  readonly why: 'unreachable' | 'held' | 'no-route';
  readonly reason: string;
}

/** A reply as it comes from the wire. */
export interface WireReply {
  readonly kind: 'replied';
  readonly status: number;
  readonly body: string;
  /** As the header has it. */
  readonly contentType?: string;
  /** Seconds, from `Retry-After`. */
  readonly retryAfter?: number;
}

/** A reply after it was read, once. */
export interface Replied extends Sent {
  readonly kind: 'replied';
  readonly status: number;
  /** Null if it is not JSON. Numbers may be rounded: ids are taken from strings alone (promise P9). */
  readonly body: Json;
  readonly says: Says;
}

/** What came of a request, as the edge has it. */
export type Unread = WireReply | Silent | Unsent;

/** What came of a request, read by {@link readReply}. */
export type Reply = Replied | Silent | Unsent;

/** The JSON of a reply; null if there is none. */
export const bodyOf = (reply: Reply): Json => (reply.kind === 'replied' ? reply.body : null);

/** In place of a reply to a request that we did not try to send. */
export const heldBack = (reason: string, why: 'held' | 'no-route' = 'held'): Unsent => ({
  kind: 'unsent',
  why,
  reason,
});

/** Whether we did not try to send the request. */
export const isHeld = (reply: Reply | Unread): boolean =>
  reply.kind === 'unsent' && reply.why !== 'unreachable';

const NOTHING: Says = {
  isOfRoute: false,
  isBadSignature: false,
  showsService: false,
  isOfAll: false,
};

/** What came back says. Silence, and no connection, mean trouble; a request that we held back says nothing. */
export const saysOf = (reply: Reply): Says => {
  switch (reply.kind) {
    case 'replied':
      return reply.says;
    case 'silent':
      return { ...NOTHING, trouble: 'outage', reason: excerptOf(reply.reason) };
    case 'unsent':
      return reply.why === 'unreachable'
        ? { ...NOTHING, trouble: 'outage', reason: excerptOf(reply.reason) }
        : NOTHING;
  }
};
