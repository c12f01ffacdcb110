import type { UpstreamRequest } from '../operations/operation.ts';
import { readReply } from '../reply/read-reply.ts';
import type { Reply, Unread } from '../reply/reply.ts';

/** A request as it goes on the wire. Its headers may hold a credential: it is never logged whole. */
export interface Outgoing {
  readonly method: UpstreamRequest['method'];
  readonly url: string;
  /** By lowercase name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** IAM sends a token in a header of its own. */
interface WithToken {
  readonly subjectToken?: string;
}

/** What came of a request, not yet read. */
export type Exchanged = Unread & WithToken;

/** What came of a request, read. */
export type ReadExchanged = Reply & WithToken;

export const readExchanged = ({ subjectToken, ...unread }: Exchanged): ReadExchanged => ({
  ...readReply(unread),
  ...(subjectToken !== undefined && { subjectToken }),
});

/** As `Exchange`, and reads what came of the request. */
export type ReadExchange = (outgoing: Outgoing, signal?: AbortSignal) => Promise<ReadExchanged>;

/**
 * Sends one request, once. Law: it never throws for what the outside does. Silence is a reply too, also after `signal` was
 * aborted.
 */
export type Exchange = (outgoing: Outgoing, signal?: AbortSignal) => Promise<Exchanged>;
