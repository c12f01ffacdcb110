import { type Dispatcher, request } from 'undici';
import type { Reply } from '../core/correlate.ts';
import type { Language, Service, UpstreamRequest } from '../core/operation.ts';
import { reasonOf } from '../core/reason.ts';

export interface UpstreamOptions {
  readonly endpoints: Readonly<Record<Service, string>>;
  readonly language: Language;
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

/** Errors of making a connection: without one nothing was sent. */
const NO_CONNECTION = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]);

const isUnsent = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && NO_CONNECTION.has(String(error.code));

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
export const makeSend =
  (dispatcher: Dispatcher, { endpoints, language, timeoutMs }: UpstreamOptions) =>
  async (call: UpstreamRequest): Promise<Reply> => {
    try {
      const response = await request(endpoints[call.service] + call.path, {
        dispatcher,
        method: call.method,
        body: call.body ?? null,
        headers: {
          'content-type': 'application/json',
          accept: 'application/json',
          'x-language': language,
          'user-agent': 'job-fanin',
        },
        signal: AbortSignal.timeout(timeoutMs),
      });
      const body = await readBounded(response.body);
      const retryAfter = retryAfterSeconds(response.headers['retry-after'], Date.now());
      return {
        kind: 'replied',
        status: response.statusCode,
        body,
        ...(retryAfter !== undefined && { retryAfter }),
      };
    } catch (error) {
      return { kind: 'silent', reason: reasonOf(error), ...(isUnsent(error) && { unsent: true }) };
    }
  };
