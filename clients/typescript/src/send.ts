import { ProblemError } from './errors.ts';
import { parse } from './json.ts';
import { limitTo, within } from './limit.ts';
import type { Tried } from './repeat.ts';

/** A request, apart from who sends it. */
export interface Request {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Milliseconds for one attempt. */
  readonly attemptMs: number;
}

export type Token = string | (() => string | PromiseLike<string>);

export interface Sender {
  readonly fetch: typeof globalThis.fetch;
  readonly token: Token;
}

/** Statuses that pass: a repeat with the same key is safe, and may be answered otherwise. */
const PASSING: readonly number[] = [408, 409, 425, 429, 500, 502, 503, 504];

/** `Retry-After` in milliseconds: seconds, or a date (RFC 9110 §10.2.3). */
export const retryAfterOf = (header: string | null, now = Date.now()): number | undefined => {
  if (header === null) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - now;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
};

/** The token of this attempt. An error never quotes it, which `fetch` would do. */
const bearerOf = async (token: Token, signal: AbortSignal): Promise<string> => {
  const given = typeof token === 'string' ? token : await within(signal, token());
  if (typeof given === 'string' && /^[\x21-\x7e]+$/.test(given)) return `Bearer ${given}`;
  throw new TypeError('The token is not a text of visible ASCII characters');
};

/** A status, its headers and its body as JSON. Undefined stands for a body that is none. */
const exchange = async (
  { fetch }: Sender,
  { method, url, headers, body }: Request,
  signal: AbortSignal,
) => {
  const init: RequestInit = { method, headers, signal, redirect: 'manual' };
  const response = await fetch(url, body === undefined ? init : { ...init, body });
  return {
    status: response.status,
    headers: response.headers,
    body: parse(await response.text()),
  };
};

/** Sends a request once. `read` says whether a body of success is the service's own; a proxy may answer with a page. */
export const send = async <T>(
  sender: Sender,
  request: Request,
  read: (body: unknown) => T | undefined,
  signal: AbortSignal,
): Promise<Tried<T>> => {
  const authorization = await bearerOf(sender.token, signal);
  const limit = limitTo(request.attemptMs, signal);
  const signed = { ...request, headers: { ...request.headers, authorization } };
  const answer = await exchange(sender, signed, limit.signal)
    .catch((cause: unknown) => ({ cause }))
    .finally(limit.release);
  if ('cause' in answer) return { ok: false, cause: answer.cause };
  const { status, headers, body } = answer;
  if (status < 300) {
    const value = read(body);
    return value === undefined
      ? { ok: false, cause: new Error(`Status ${status} with a body that is not job-fanin's`) }
      : { ok: true, value };
  }
  const problem = new ProblemError(status, body, headers.get('x-intent-id') ?? undefined);
  if (!PASSING.includes(status)) throw problem;
  return { ok: false, cause: problem, retryAfterMs: retryAfterOf(headers.get('retry-after')) };
};
