import type { Log } from '../json/log.ts';
import type { Credential } from './credentials.ts';
import {
  type Exchange,
  type Exchanged,
  type Outgoing,
  type ReadExchanged,
  readExchanged,
} from './exchange.ts';
import { redact } from './redact.ts';

export interface LoggedExchangeEdges {
  readonly exchange: Exchange;
  readonly log: Log;
  readonly newId: () => string;
  /** Ours, for the `User-Agent`. */
  readonly version: string;
}

/** Sends one request by a credential, if it has one, and reads the reply. */
export type LoggedExchange = (
  outgoing: Outgoing,
  signal?: AbortSignal,
  credential?: Credential,
) => Promise<ReadExchanged>;

/** An error of the exchange itself may quote a secret, so nothing of it is kept. */
const FAILED: Exchanged = { kind: 'silent', reason: 'the exchange failed' };

const logUnserved = (log: Log, id: string, url: string, reply: ReadExchanged): void => {
  if (reply.kind === 'replied' && reply.status < 300) return;
  log.info('upstream request', {
    request_id: id,
    path: new URL(url).pathname,
    ...(reply.kind === 'replied' ? { status: reply.status } : { reason: reply.reason }),
  });
};

/**
 * Sends each request under an id of its own, by which the upstream's logs have it too. What comes back has its secrets
 * blanked before anything reads it. The log has what was not served.
 */
export const makeLoggedExchange =
  ({ exchange, log, newId, version }: LoggedExchangeEdges): LoggedExchange =>
  async ({ headers, ...outgoing }, signal, credential) => {
    const id = newId();
    const ours = { 'user-agent': `job-fanin/${version}`, 'x-request-id': id };
    const sent = { ...outgoing, headers: { ...headers, ...ours } };
    const exchanged = await exchange(sent, signal).catch(() => FAILED);
    const reply = readExchanged(redact(exchanged, sent, credential));
    logUnserved(log, id, outgoing.url, reply);
    return { ...reply, requestId: id };
  };
