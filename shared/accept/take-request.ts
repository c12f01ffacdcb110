import type { TakeToken } from '../batching/token-buckets.ts';
import type { Admission, Admit } from '../callers/admit.ts';
import type { Caller } from '../callers/caller.ts';
import type { RawRequest } from '../callers/raw-request.ts';
import type { IntentId } from '../intent/intent.ts';
import type { HttpEvent } from './http-event.ts';
import { NOT_GRANTED } from './not-granted.ts';
import { type Problem, problemOf } from './problem.ts';
import type { Handled, HttpRequest, Route } from './route.ts';

/** Bytes. Ten thousand DRS tasks with start times take 800 KB. */
export const BODY_LIMIT = 1_000_000;

type Refused = Extract<Handled, { ok: false }>;

const refused = (problem: Problem): Refused => ({ ok: false, problem });

const TOO_LARGE = refused(
  problemOf('body-too-large', `A body must be smaller than ${BODY_LIMIT} bytes.`),
);

/** One answer for all reasons, so that it tells an outsider nothing. */
const NOT_AUTHENTICATED = problemOf(
  'not-authenticated',
  'The request does not prove who sends it. Send a valid credential.',
);

const OUT_OF_REACH = problemOf(
  'callers-unavailable',
  'Callers cannot be checked at the moment. Nothing is queued: send the request again.',
);

/** Not 401: the next token of this sender would be as long. Not 503: the fault is not ours, and does not pass. */
const UNFIT_TOKEN = problemOf(
  'invalid-request',
  "The vendor's IAM does not take a token of this size or form. Fetch one without the catalog: ?nocatalog=1.",
);

/** The vendor's clients fetch a new token after 401, again and again if it does not help. So a stranger gets 403. */
const PROBLEMS = {
  refused: NOT_AUTHENTICATED,
  stranger: NOT_GRANTED,
  unfit: UNFIT_TOKEN,
  'out of reach': OUT_OF_REACH,
} as const;

const tooManyTokens = (retryAfterSeconds: number): Problem =>
  problemOf(
    'quota-exceeded',
    `Too many unknown tokens came from this address. Send the request again in ${retryAfterSeconds} s.`,
    { retryAfterSeconds },
  );

const notAdmitted = (admission: Exclude<Admission, { kind: 'proved' }>): Refused => {
  const { kind, checks } = admission;
  const problem =
    kind === 'throttled' ? tooManyTokens(admission.retryAfterSeconds) : PROBLEMS[kind];
  if (checks === undefined) return refused(problem);
  return { ...refused(problem), check: checks.join('; ') || 'no credential' };
};

/** The raw bytes of a body, or undefined if there are too many. API Gateway encodes binary bodies as base64. */
const bytesOf = ({ body, isBase64Encoded }: HttpEvent): Buffer | undefined => {
  // Base64 has four characters for three bytes, and other text at least one byte a character.
  const least = isBase64Encoded ? Math.floor(body.length / 4) * 3 - 2 : body.length;
  if (least >= BODY_LIMIT) return undefined;
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  return bytes.length < BODY_LIMIT ? bytes : undefined;
};

/** A caller without any grant. */
const ANYONE: Caller = { id: 'anyone', grants: [] };

const admissionOf = async (
  admit: Admit,
  { admits }: Route,
  raw: RawRequest,
  params: Params,
): Promise<Admission> =>
  admits === 'anyone' ? { kind: 'proved', caller: ANYONE } : admit(admits, raw, params.caller);

type Params = Readonly<Record<string, string | undefined>>;

/** The body as text, or why it cannot be read. */
const readText = (raw: RawRequest): { readonly ok: true; readonly text: string } | Refused => {
  const type = raw.headers['content-type'] ?? '';
  if (/^application\/cloudevents-batch/i.test(type))
    return refused(
      problemOf('body-not-json', 'Batches of CloudEvents are not taken: send each event alone.'),
    );
  if (!/^application\/(json|[\w.-]+\+json)\s*(;|$)/i.test(type))
    return refused(problemOf('body-not-json', 'Send JSON, with content-type: application/json.'));
  try {
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true }).decode(raw.body) };
  } catch {
    return refused(problemOf('invalid-request', 'The body is not UTF-8 text.'));
  }
};

/** 429 for a caller that has used up its rate. `wait` is in milliseconds. */
const overRate = ({ id }: Caller, wait: number): Refused => {
  const retryAfterSeconds = Math.ceil(wait / 1_000);
  const detail = `The caller sends more requests than it may. Send the request again in ${retryAfterSeconds} s.`;
  const problem = problemOf('quota-exceeded', detail, { retryAfterSeconds });
  return { ...refused(problem), check: `caller ${id}: over its rate` };
};

const NO_BODY = { ok: true, text: '' } as const;

export interface TakeEdges {
  readonly admit: Admit;
  /** By the id of the caller. */
  readonly takeToken: TakeToken;
}

/**
 * Hands a request to its route, in this order: the body's size, the proof of the caller, the caller's rate, the text. Law:
 * before the caller has proved itself, nothing of the body is decoded or parsed.
 */
export const takeRequest = async (
  { admit, takeToken }: TakeEdges,
  route: Route,
  event: HttpEvent,
  { params, remainingMs }: Pick<HttpRequest, 'params' | 'remainingMs'>,
  intentId: IntentId,
): Promise<Handled> => {
  const { method, path, paths, query, headers, source } = event;
  const body = bytesOf(event);
  if (body === undefined) return TOO_LARGE;
  const raw: RawRequest = { method, paths, query, headers, source, body };
  const admission = await admissionOf(admit, route, raw, params);
  if (admission.kind !== 'proved') return notAdmitted(admission);
  const wait = route.admits === 'anyone' ? 0 : takeToken(admission.caller.id);
  const caller = admission.caller.id;
  if (wait > 0) return { ...overRate(admission.caller, wait), caller };
  const reading = route.method === 'GET' ? NO_BODY : readText(raw);
  if (!reading.ok) return { ...reading, caller };
  const { kind: _, ...proof } = admission;
  const request = { path, params, headers, query, text: reading.text, remainingMs, ...proof };
  return { ...(await route.handle(request, intentId)), caller };
};
