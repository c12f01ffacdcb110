import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw, zstdDecompress } from 'node:zlib';
import { Agent, type Dispatcher, request } from 'undici';
import { errorText } from '../json/error-text.ts';
import type { Exchange } from '../upstream/exchange.ts';

export interface ConnectionBounds {
  readonly connectTimeoutMs: number;
  /** From the request's last byte to the reply's headers. */
  readonly headersTimeoutMs: number;
  /** Between two pieces of a reply's body. */
  readonly bodyTimeoutMs: number;
  /** How long an idle connection is kept, even if the server would allow more. */
  readonly keepAliveMs: number;
  /** The most connections to one origin. Without it there is no limit. A request that waits for one uses up its timeout. */
  readonly connections?: number;
}

/**
 * Keeps one pool of connections per origin. Law: certificates are always verified, whatever the environment says.
 */
export const makeDispatcher = (bounds: ConnectionBounds): Agent =>
  new Agent({
    connect: { timeout: bounds.connectTimeoutMs, rejectUnauthorized: true },
    headersTimeout: bounds.headersTimeoutMs,
    bodyTimeout: bounds.bodyTimeoutMs,
    keepAliveTimeout: bounds.keepAliveMs,
    // Servers may offer more. But a call on a connection that the server just closed counts as unanswered.
    keepAliveMaxTimeout: bounds.keepAliveMs,
    connections: bounds.connections ?? null,
    allowH2: false,
  });

export interface ExchangeOptions {
  /** From connecting to the last byte of the reply. */
  readonly timeoutMs: number;
}

/** Bytes. A reply names a few hundred jobs at most. Neither DLI nor DRS sends more. */
const LARGEST_REPLY = 4 * 1024 * 1024;

/** Seconds, from the two forms of `Retry-After` (RFC 9110 §10.2.3): a number of seconds, or a date. */
export const retryAfterSeconds = (header: unknown, now: number): number | undefined => {
  if (typeof header !== 'string') return undefined;
  const seconds = /^\s*\d+\s*$/.test(header) ? Number(header) : (Date.parse(header) - now) / 1_000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : undefined;
};

/**
 * A dispatcher that calls `onBegin` right before it writes a request. A failure before that (DNS, connection, handshake,
 * certificate, or a timeout while the request waits for a connection) leaves the request unsent.
 */
const telling = (dispatcher: Dispatcher, onBegin: () => void): Dispatcher =>
  dispatcher.compose(
    (dispatch) => (options, handler) =>
      dispatch(options, {
        onRequestStart: (controller, context) => {
          handler.onRequestStart?.(controller, context);
          // A request that timed out while it waited for a connection is aborted already.
          if (!controller.aborted) onBegin();
        },
        onResponseStart: (...start) => handler.onResponseStart?.(...start),
        onResponseData: (...data) => handler.onResponseData?.(...data),
        onResponseEnd: (...end) => handler.onResponseEnd?.(...end),
        onResponseError: (...error) => handler.onResponseError?.(...error),
      }),
  );

const tooLarge = (): Error => new Error(`the reply is larger than ${LARGEST_REPLY} bytes`);

const readBounded = async (body: AsyncIterable<Buffer>): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > LARGEST_REPLY) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

type Decode = (bytes: Buffer, bounds: { readonly maxOutputLength: number }) => Promise<Buffer>;

const unzip = promisify(gunzip);
const unwrap = promisify(inflate);
const unwrapRaw = promisify(inflateRaw);
const unbrotli = promisify(brotliDecompress);
const unzstd = promisify(zstdDecompress);

/** A zlib header (RFC 1950 §2.2). Some servers send `deflate` without it. */
const hasZlibHeader = ([first = 0, second = 0]: Uint8Array): boolean =>
  (first & 15) === 8 && ((first << 8) | second) % 31 === 0;

/** RFC 9110 §8.4.1 and RFC 8878. */
const CODINGS: ReadonlyMap<string, Decode> = new Map<string, Decode>([
  ['gzip', (bytes, bounds) => unzip(bytes, bounds)],
  ['x-gzip', (bytes, bounds) => unzip(bytes, bounds)],
  ['deflate', (bytes, bounds) => (hasZlibHeader(bytes) ? unwrap : unwrapRaw)(bytes, bounds)],
  ['br', (bytes, bounds) => unbrotli(bytes, bounds)],
  ['zstd', (bytes, bounds) => unzstd(bytes, bounds)],
]);

/** Servers use one. Each further coding costs time. */
const MOST_CODINGS = 3;

/** The codings of a `Content-Encoding` header, in the order in which the server applied them. */
const codingsIn = (header: string | readonly string[] | undefined): readonly string[] =>
  [header ?? []]
    .flat()
    .join(',')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity');

const isTooLarge = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';

/**
 * Decodes a body. Undefined if a coding is unknown, or if the bytes do not fit it. Law: rejects as soon as a step would
 * make more than {@link LARGEST_REPLY} bytes.
 */
const decodeContent = async (
  bytes: Buffer,
  codings: readonly string[],
): Promise<Buffer | undefined> => {
  if (codings.length > MOST_CODINGS) return undefined;
  let decoded = bytes;
  for (const coding of codings.toReversed()) {
    const decode = CODINGS.get(coding);
    if (decode === undefined) return undefined;
    try {
      if (decoded.length > 0) decoded = await decode(decoded, { maxOutputLength: LARGEST_REPLY });
    } catch (error) {
      if (isTooLarge(error)) throw tooLarge();
      return undefined;
    }
  }
  return decoded;
};

type Headers = Dispatcher.ResponseData['headers'];

const firstOf = (header: string | string[] | undefined): string | undefined =>
  typeof header === 'string' ? header : header?.[0];

/** The body as text. If it cannot be decoded, a sentence takes its place: the reply then does not count as the service's. */
const textOf = async (body: AsyncIterable<Buffer>, headers: Headers): Promise<string> => {
  const bytes = await readBounded(body);
  const codings = codingsIn(headers['content-encoding']);
  const decoded = await decodeContent(bytes, codings);
  return decoded?.toString('utf8') ?? `(unreadable: content-encoding ${codings.join(', ')})`;
};

/**
 * Sends one request, and asks for a reply without compression. Law: it never throws, never repeats, and follows no
 * redirect. No reply, a broken connection or a reply without end is `silent`: the request may have been served. If not a
 * byte of it was written, it is `unsent`.
 */
export const makeExchange =
  (dispatcher: Dispatcher, { timeoutMs }: ExchangeOptions): Exchange =>
  async ({ method, url, headers, body }, signal) => {
    let hasBegun = false;
    const onBegin = (): void => {
      hasBegun = true;
    };
    try {
      const response = await request(url, {
        dispatcher: telling(dispatcher, onBegin),
        method,
        headers: { ...headers, 'accept-encoding': 'identity' },
        body: body ?? null,
        signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])]),
      });
      const text = await textOf(response.body, response.headers);
      const retryAfter = retryAfterSeconds(response.headers['retry-after'], Date.now());
      const token = response.headers['x-subject-token'];
      const contentType = firstOf(response.headers['content-type']);
      return {
        kind: 'replied',
        status: response.statusCode,
        body: text,
        ...(contentType !== undefined && { contentType }),
        ...(retryAfter !== undefined && { retryAfter }),
        ...(typeof token === 'string' && { subjectToken: token }),
      };
    } catch (error) {
      const reason = errorText(error);
      return hasBegun ? { kind: 'silent', reason } : { kind: 'unsent', why: 'unreachable', reason };
    }
  };
