import type { IncomingHttpHeaders } from 'node:http';

/** A request off the wire, its body read. */
export interface Request {
  readonly method: string;
  /** As it stood on the request line. */
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly body: string;
}
