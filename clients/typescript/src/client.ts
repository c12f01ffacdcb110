import { isObject, isText, write } from './json.ts';
import { keyHeader } from './key-header.ts';
import { repeat } from './repeat.ts';
import type { Intent, IntentStatus, Receipt } from './schemas.ts';
import { type Sender, send, type Token } from './send.ts';
import { askUntilSettled, type SettledIntent } from './settled.ts';

export interface ClientOptions {
  /** Where the service is, with its stage or base path if it has one. */
  readonly url: string | URL;
  /** The bearer token, or a function that gives it, which is called for each attempt. */
  readonly token: Token;
  /** Milliseconds for each call, with all its attempts. One minute without it. */
  readonly deadlineMs?: number | undefined;
  /** Milliseconds for one attempt. Ten seconds without it. */
  readonly attemptMs?: number | undefined;
  /** In the place of the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for this call, in the place of the client's. */
  readonly deadlineMs?: number | undefined;
}

export interface SubmitOptions extends CallOptions {
  /**
   * 1 to 255 printable ASCII characters. For 24 hours, the same key with the same intent is the same intent. The client
   * makes one for each call; give your own if a repeat may come from another process.
   */
  readonly idempotencyKey?: string | undefined;
}

/** Every method repeats by itself what may pass, until its deadline. */
export interface Client {
  /**
   * Hands in an intent. Resolves once the queue has every job. Throws a {@link ProblemError} if the service refuses the
   * intent, and an {@link UnansweredError} if no final answer comes in time.
   */
  readonly submit: (intent: Intent, options?: SubmitOptions) => Promise<Receipt>;
  /** What is known of an intent now. */
  readonly status: (intentId: string, options?: CallOptions) => Promise<IntentStatus>;
  /**
   * Waits until each job of an intent has its outcome. An {@link UnansweredError} at the deadline says that some have none
   * yet: ask again.
   */
  readonly settled: (intentId: string, options?: CallOptions) => Promise<SettledIntent>;
}

const DEADLINE_MS = 60_000;
const ATTEMPT_MS = 10_000;

/** The address that paths are relative to. `fetch` would quote a password in its error. */
const baseOf = (given: string | URL): URL => {
  const url = new URL(given);
  if (!/^https?:$/.test(url.protocol)) throw new TypeError('The url is not one of http or https');
  if (url.username !== '' || url.password !== '')
    throw new TypeError('The url has a user or a password: use the token');
  url.search = '';
  url.hash = '';
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
};

const isReceipt = (body: unknown): body is Receipt => isObject(body) && isText(body.intent_id);

const receiptIn = (body: unknown): Receipt | undefined => (isReceipt(body) ? body : undefined);

const isStatus = (body: unknown): body is IntentStatus =>
  isObject(body) && isText(body.intent_id) && isText(body.status);

const statusIn = (body: unknown): IntentStatus | undefined => (isStatus(body) ? body : undefined);

/** What all calls of a client share. */
interface Shared {
  readonly base: URL;
  readonly sender: Sender;
  readonly deadlineMs: number;
  readonly attemptMs: number;
}

const submit = (
  { base, sender, deadlineMs, attemptMs }: Shared,
  intent: Intent,
  call: SubmitOptions,
): Promise<Receipt> => {
  const idempotencyKey = call.idempotencyKey ?? crypto.randomUUID();
  const request = {
    method: 'POST',
    url: new URL('v1/intents', base),
    headers: { 'content-type': 'application/json', 'idempotency-key': keyHeader(idempotencyKey) },
    body: write(intent),
    attemptMs,
  } as const;
  return repeat((signal) => send(sender, request, receiptIn, signal), {
    deadlineMs: call.deadlineMs ?? deadlineMs,
    signal: call.signal,
    idempotencyKey,
  });
};

/** Asks for a status. The service may hold the answer for so many seconds, in which the intent may be settled. */
const ask = (
  { base, sender, deadlineMs, attemptMs }: Shared,
  intentId: string,
  call: CallOptions,
  waitSeconds = 0,
): Promise<IntentStatus> => {
  if (!/^[0-9a-f-]{36}$/i.test(intentId)) throw new TypeError('The intent id is not a UUID');
  const url = new URL(`v1/intents/${intentId}`, base);
  if (waitSeconds > 0) url.searchParams.set('wait', String(waitSeconds));
  const request = {
    method: 'GET',
    url,
    headers: {},
    attemptMs: attemptMs + waitSeconds * 1_000,
  } as const;
  return repeat((signal) => send(sender, request, statusIn, signal), {
    deadlineMs: call.deadlineMs ?? deadlineMs,
    signal: call.signal,
  });
};

/** Makes a client. It holds no connection and no timer between calls. */
export const createClient = (options: ClientOptions): Client => {
  const shared: Shared = {
    base: baseOf(options.url),
    sender: {
      token: options.token,
      fetch: options.fetch ?? ((...sent) => globalThis.fetch(...sent)),
    },
    deadlineMs: options.deadlineMs ?? DEADLINE_MS,
    attemptMs: options.attemptMs ?? ATTEMPT_MS,
  };
  return {
    submit: async (intent, call = {}) => submit(shared, intent, call),
    status: async (intentId, call = {}) => ask(shared, intentId, call),
    settled: async (intentId, call = {}) =>
      askUntilSettled(
        (wait, leftMs) => ask(shared, intentId, { ...call, deadlineMs: leftMs }, wait),
        { deadlineMs: call.deadlineMs ?? shared.deadlineMs, signal: call.signal },
      ),
  };
};
