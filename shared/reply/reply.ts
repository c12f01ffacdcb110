/** What came back for a call, or why nothing did. `body` is the raw text: 64-bit ids are read by the decoders. */
export type Reply =
  | {
      readonly kind: 'replied';
      readonly status: number;
      readonly body: string;
      /** As the header has it. */
      readonly contentType?: string;
      /** Seconds, from `Retry-After`. */
      readonly retryAfter?: number;
      readonly requestId?: string;
      readonly sentBy?: SentBy;
      /** Whatever came back was asked for. */
      readonly held?: never;
    }
  | {
      readonly kind: 'silent';
      readonly reason: string;
      readonly retryAfter?: never;
      /** That nothing was sent: there was no connection, or no try. */
      readonly unsent?: boolean;
      /** That there was no try: it tells nothing of the upstream. */
      readonly held?: boolean;
      /** That it was not tried since there is no such route: it would tell nothing. */
      readonly noRoute?: boolean;
      /** The `X-Request-Id` that was sent, by which both sides' logs can be joined. */
      readonly requestId?: string;
      readonly sentBy?: SentBy;
    };

/** By which credential a request went out. */
export interface SentBy {
  /** Its fingerprint. */
  readonly key: string;
  /** That it is refused itself, not only in this project: nothing more should go out by it. */
  readonly isRefused: boolean;
}

/** In place of a reply to a request that was held back here. */
export const heldBack = (reason: string, noRoute = false): Reply => ({
  kind: 'silent',
  unsent: true,
  held: true,
  ...(noRoute && { noRoute }),
  reason,
});
