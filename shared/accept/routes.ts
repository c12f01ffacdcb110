import * as v from 'valibot';
import { missingGrant } from '../callers/grants.ts';
import type { Intent } from '../intent/intent.ts';
import { correlationIdSchema, type JobRequest } from '../intent/request.ts';
import { readVendorRequest } from '../intent/vendor-request.ts';
import type { Json } from '../json/json.ts';
import { parseBounded } from '../json/json-bounds.ts';
import { operations } from '../operations/index.ts';
import type { Answer, Language, Operation } from '../operations/operation.ts';
import { serviceOf } from '../operations/vendor-path.ts';
import type { Accept, Accepted } from './accept.ts';
import { NOT_GRANTED } from './not-granted.ts';
import { originOf } from './payload.ts';
import {
  asProblemDetails,
  asVendorError,
  blankProblem,
  invalid,
  type Problem,
  problemOf,
} from './problem.ts';
import { readNativeBody } from './read-native-body.ts';
import type { ReadWish } from './read-wish.ts';
import { receiptOf } from './receipt.ts';
import type { Handled, HttpRequest, Route, TellProblem } from './route.ts';
import { traceOf } from './traceparent.ts';
import type { KeyOf } from './wish-key.ts';

/** Never 404 or 405: the vendor's clients take those for a deleted job. */
const notOffered = blankProblem(
  501,
  `Of the vendor's calls job-fanin offers ${operations.map(({ method, path }) => `${method} ${path}`).join(', ')}. Send all others to the vendor.`,
);

const isUnrouted = ({ status }: Problem): boolean => status === 404 || status === 405;

/** Alertmanager repeats a delivery after 5xx alone: https://github.com/prometheus/alertmanager/blob/main/notify/util.go */
const asHookTells = (problem: Problem, path: string): Problem =>
  path.startsWith('/v1/hooks/') && [409, 429].includes(problem.status)
    ? { ...problem, status: 503 }
    : problem;

/**
 * Paths under the vendor's prefixes answer in the vendor's error shape, all others in that of RFC 9457. On a hook, what
 * passes with time is 503.
 */
export const tellProblem: TellProblem = (problem, path, intentId) => {
  const service = serviceOf(path);
  return service === undefined
    ? asProblemDetails(asHookTells(problem, path), `urn:uuid:${intentId}`)
    : asVendorError(isUnrouted(problem) ? notOffered : problem, service);
};

/** One drop-in route per operation, at the vendor's path, and the native route. */
export const makeRoutes = (accept: Accept, now: () => Date, keyOf: KeyOf): readonly Route[] => [
  ...operations.map((row) => route(row, accept, vendorForm(row), keyOf)),
  route({ method: 'POST', path: '/v1/intents' }, accept, nativeForm(now), keyOf),
];

/** How a route reads a body, and how it answers once the queue has every job. */
interface Form {
  readonly read: (body: Json, http: HttpRequest) => ReadWish;
  readonly confirm: (request: JobRequest, intent: Intent, http: HttpRequest) => Answer;
}

const vendorForm = (row: Operation): Form => ({
  read: (body, { params }) => readVendorRequest(row, params.project_id, body),
  confirm: ({ jobs }, _, { headers }) => row.answer(jobs, languageOf(headers['x-language'])),
});

const nativeForm = (now: () => Date): Form => ({
  read: (body, http) => readNativeBody(body, http, now()),
  confirm: (_, intent) => ({ status: 202, body: receiptOf(intent) }),
});

const route = (
  { method, path }: Pick<Route, 'method' | 'path'>,
  accept: Accept,
  form: Form,
  keyOf: KeyOf,
): Route => ({
  method,
  path,
  admits: 'callers',
  handle: async (http, intentId) => {
    const reading = readRequest(form, http);
    if (!reading.ok) return refused(invalid(reading.faults));
    const { request, event, wishedAt } = reading;
    const missing = missingGrant(http.caller, request);
    if (missing !== undefined)
      return { ...refused(NOT_GRANTED), check: `caller ${http.caller.id}: ${missing}` };
    const origin = {
      ...originOf(http.caller.id, request, event, keyOf),
      ...traceOf(http.headers.traceparent),
    };
    // A late event gets an id of its own time.
    const given = wishedAt === undefined ? intentId : undefined;
    const accepted = await accept(request, origin, given, wishedAt);
    const { intent } = accepted;
    return accepted.kind === 'queued'
      ? { ok: true, answer: form.confirm(request, intent, http), intentId: intent.intent_id }
      : { ...refused(unavailable(accepted)), intentId: intent.intent_id };
  },
});

/**
 * Reads the body, and the correlation id of the header. The body's own correlation id wins, since proxies set such
 * headers themselves. An empty header counts as absent.
 */
const readRequest = (form: Form, http: HttpRequest): ReadWish => {
  const body = parseBounded(http.text);
  const reading: ReadWish = body.ok
    ? form.read(body.value, http)
    : { ok: false, faults: [{ pointer: '#', detail: body.detail }] };
  const header = http.headers['x-correlation-id'] || undefined;
  const read = v.safeParse(v.optional(correlationIdSchema), header);
  if (!read.success) {
    const faults = read.issues.map(({ message }) => ({
      pointer: CORRELATION_HEADER,
      detail: message,
    }));
    return { ok: false, faults: [...faults, ...(reading.ok ? [] : reading.faults)] };
  }
  if (!reading.ok || read.output === undefined) return reading;
  return { ...reading, request: { correlation_id: read.output, ...reading.request } };
};

/** The place of a fault that is not in the body. */
const CORRELATION_HEADER = 'header X-Correlation-Id';

const refused = (problem: Problem): Handled => ({ ok: false, problem });

const languageOf = (header = ''): Language => (/^zh/i.test(header) ? 'zh-cn' : 'en-us');

const unavailable = ({ queued, not_queued }: Extract<Accepted, { kind: 'partly' }>): Problem =>
  problemOf(
    'queue-unavailable',
    queued.length === 0
      ? 'The queue took none of the jobs. Send the request again.'
      : `The queue took ${queued.length} jobs and refused ${not_queued.length}. Send those under "not_queued" again.`,
    { queued, not_queued },
  );
