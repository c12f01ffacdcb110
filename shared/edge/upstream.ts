import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw, zstdDecompress } from 'node:zlib';
import { Agent, type Dispatcher, request } from 'undici';
import { reasonOf } from '../json/reason.ts';
import type { Exchange } from '../upstream/exchange.ts';

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

/**
 * A dispatcher that tells when it begins to write a request on a connection. Whatever fails before that (a name, a
 * connection, a handshake, a certificate, the time while the request waits for a connection) leaves the request unsent.
 */
const telling = (dispatcher: Dispatcher, onBegin: () => void): Dispatcher =>
  dispatcher.compose(
    (dispatch) => (options, handler) =>
      dispatch(options, {
        onRequestStart: (controller, context) => {
          handler.onRequestStart?.(controller, context);
          // One whose time was up while it waited for a connection ends here.
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

/** One is usual; each more costs time. */
const MOST_CODINGS = 3;

/** The codings of a `Content-Encoding` header, in the order in which they were applied. */
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
 * A body without its codings; undefined if one is not known, or if the bytes are not in it. Law: no step makes more than
 * {@link LARGEST_REPLY} bytes, whatever the bytes say of themselves: then it rejects.
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

/** The body as text. One in a coding that cannot be undone is no reply of a service: then words say so, which are no JSON. */
const textOf = async (body: AsyncIterable<Buffer>, headers: Headers): Promise<string> => {
  const bytes = await readBounded(body);
  const codings = codingsIn(headers['content-encoding']);
  const decoded = await decodeContent(bytes, codings);
  return decoded?.toString('utf8') ?? `(unreadable: content-encoding ${codings.join(', ')})`;
};

/**
 * Sends one request, and asks for a reply without compression. Law: never throws, never repeats, follows no redirect;
 * silence, a broken connection or a reply without end is a reply of kind `silent`. Its jobs may or may not have been
 * served, unless not a byte of the request was written: then it is `unsent`.
 */
export const makeExchange =
  (dispatcher: Dispatcher, { timeoutMs }: ExchangeOptions): Exchange =>
  async ({ method, url, headers, body }) => {
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
        signal: AbortSignal.timeout(timeoutMs),
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
      return { kind: 'silent', reason: reasonOf(error), ...(!hasBegun && { unsent: true }) };
    }
  };
