import type { UpstreamRequest } from '../operations/operation.ts';
import type { Reply } from '../reply/reply.ts';

/** A request as it goes on the wire. Its headers may hold a credential: it is never logged whole. */
export interface Outgoing {
  readonly method: UpstreamRequest['method'];
  readonly url: string;
  /** By lowercase name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A reply, and the token that IAM sends in a header of its own. */
export type Exchanged = Reply & { readonly subjectToken?: string };

/**
 * Sends one request, once. Law: it never throws for what the outside does. Silence is a reply too, also after `signal` was
 * aborted.
 */
export type Exchange = (outgoing: Outgoing, signal?: AbortSignal) => Promise<Exchanged>;
