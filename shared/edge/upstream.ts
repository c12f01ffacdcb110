import { Agent, type Dispatcher, request } from 'undici';
import type { Exchange } from '../core/exchange.ts';
import { reasonOf } from '../core/reason.ts';

export interface ConnectionBounds {
  readonly connectTimeoutMs: number;
  /** From the request's last byte to the reply's headers. */
  readonly headersTimeoutMs: number;
  /** Between two pieces of a reply's body. */
  readonly bodyTimeoutMs: number;
  /** How long a connection without requests is kept at most, whatever a server allows. */
  readonly keepAliveMs: number;
  /** At most so many to one origin; no bound if it is not said. What is beyond it waits while its own timeout runs. */
  readonly connections?: number;
}

/**
 * One pool of kept connections for each origin. Law: no server is trusted whose
 * certificate does not hold, whatever the environment says.
 */
export const makeDispatcher = (bounds: ConnectionBounds): Agent =>
  new Agent({
    connect: { timeout: bounds.connectTimeoutMs, rejectUnauthorized: true },
    headersTimeout: bounds.headersTimeoutMs,
    bodyTimeout: bounds.bodyTimeoutMs,
    keepAliveTimeout: bounds.keepAliveMs,
    // A server may wish for more; a connection that it closes just then would cost a call its lease.
    keepAliveMaxTimeout: bounds.keepAliveMs,
    connections: bounds.connections ?? null,
    allowH2: false,
  });

export interface ExchangeOptions {
  /** For the whole exchange, from connecting to the last byte of the reply. */
  readonly timeoutMs: number;
}

/** A reply names at most a few hundred jobs; what is larger is no reply of DLI or DRS. */
const LARGEST_REPLY = 4 * 1024 * 1024;

/** Seconds, from the two forms of `Retry-After` (RFC 9110 §10.2.3): a number of seconds, or a date. */
export const retryAfterSeconds = (header: unknown, now: number): number | undefined => {
  if (typeof header !== 'string') return undefined;
  const seconds = /^\s*\d+\s*$/.test(header) ? Number(header) : (Date.parse(header) - now) / 1_000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : undefined;
};

/** Errors of making a connection, and of trusting who is at its other end: till then nothing is sent. */
const NO_CONNECTION = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

const isUnsent = (error: unknown): boolean =>
  error instanceof Error &&
  (('code' in error && NO_CONNECTION.has(String(error.code))) ||
    ('syscall' in error && error.syscall === 'connect'));

const readBounded = async (body: AsyncIterable<Buffer>): Promise<string> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > LARGEST_REPLY) throw new Error(`the reply is larger than ${LARGEST_REPLY} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

/**
 * Sends one request. Law: never throws, never repeats, follows no redirect; silence, a broken connection or a
 * reply without end is a reply of kind `silent`, and its jobs may or may not have been served.
 */
export const makeExchange =
  (dispatcher: Dispatcher, { timeoutMs }: ExchangeOptions): Exchange =>
  async ({ method, url, headers, body }) => {
    try {
      const response = await request(url, {
        dispatcher,
        method,
        headers,
        body: body ?? null,
        signal: AbortSignal.timeout(timeoutMs),
      });
      const text = await readBounded(response.body);
      const retryAfter = retryAfterSeconds(response.headers['retry-after'], Date.now());
      const token = response.headers['x-subject-token'];
      return {
        kind: 'replied',
        status: response.statusCode,
        body: text,
        ...(retryAfter !== undefined && { retryAfter }),
        ...(typeof token === 'string' && { subjectToken: token }),
      };
    } catch (error) {
      return { kind: 'silent', reason: reasonOf(error), ...(isUnsent(error) && { unsent: true }) };
    }
  };
