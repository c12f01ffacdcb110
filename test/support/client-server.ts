import type { IncomingHttpHeaders } from 'node:http';
import { type ClientOptions, createClient } from '../../clients/typescript/src/index.ts';
import { startBareServer } from './bare-server.ts';

/** What a server says: a status, and what else it has. `cut` ends the connection instead, before any answer or in it. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly cut?: 'before' | 'within';
  /** No answer at all, until the client gives up. */
  readonly silent?: true;
}

/** A request as the server had it. */
export interface Had {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export const RECEIPT = {
  intent_id: '019bd2a1-7f00-7000-8000-000000000000',
  operation: 'dli.stop',
  project_id: 'p',
  job_count: 1,
  accepted_at: '2026-01-31T12:00:00.000Z',
} as const;

export const ACCEPTED: Reply = { status: 202, body: RECEIPT };

const textOf = (body: unknown): string => (typeof body === 'string' ? body : JSON.stringify(body));

/**
 * A server that answers with these, one after the other, and then with the last; and a client of it. Its `Retry-After` is
 * 0 unless the reply says otherwise, so that no test waits long.
 */
export const startClient = async (
  replies: readonly Reply[],
  options: Partial<ClientOptions> = {},
) => {
  const requests: Had[] = [];
  const url = await startBareServer(async (request, response) => {
    const { method, url, headers } = request;
    const parts: Uint8Array[] = [];
    for await (const part of request) parts.push(part);
    requests.push({ method, url, headers, text: Buffer.concat(parts).toString() });
    const reply = replies[Math.min(requests.length, replies.length) - 1] ?? ACCEPTED;
    if (reply.silent) return;
    if (reply.cut === 'before') return void request.socket.destroy();
    const { status = 500, headers: more, body = '' } = reply;
    response.writeHead(status, { 'content-type': 'application/json', ...more });
    if (reply.cut === 'within') return void response.write('{', () => request.socket.destroy());
    response.end(textOf(body));
  });
  const client = createClient({ url, token: 'secret-token', ...options });
  return { client, requests, url };
};
