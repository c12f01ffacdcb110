import * as v from 'valibot';
import type { Intent } from '../intent/intent.ts';
import {
  correlationIdSchema,
  type Draft,
  type ReadDraft,
  readNative,
  readVendor,
} from '../intent/request.ts';
import { type Json, parseJson } from '../json/json.ts';
import { operations } from '../operations/index.ts';
import type { Answer, Language, Operation } from '../operations/operation.ts';
import { serviceOf } from '../operations/vendor-path.ts';
import type { Accept, Accepted } from './accept.ts';
import type { Handled, HttpRequest, Route, TellProblem } from './http.ts';
import { asProblemDetails, asVendorError, invalid, type Problem } from './problem.ts';
import { receiptOf } from './receipt.ts';

/** Never a 404 or 405, which the vendor's clients take for a job that is gone. */
const notOffered: Problem = {
  status: 501,
  title: 'Not offered',
  detail: `Of the vendor's calls job-fanin offers ${operations.map(({ path }) => `POST ${path}`).join(', ')}. Send all others to the vendor.`,
};

const isUnrouted = ({ status }: Problem): boolean => status === 404 || status === 405;

/** Every path under the vendor's prefixes speaks the vendor's error shape, ours speaks RFC 9457. */
export const tellProblem: TellProblem = (problem, path, intentId) => {
  const service = serviceOf(path);
  return service === undefined
    ? asProblemDetails(problem, `urn:uuid:${intentId}`)
    : asVendorError(isUnrouted(problem) ? notOffered : problem, service);
};

/** The upstream's three routes, drop-in, and the native one. */
export const makeRoutes = (accept: Accept, now: () => Date): readonly Route[] => [
  ...operations.map((row) => route(row.path, accept, vendorEntrance(row))),
  route('/v1/intents', accept, nativeEntrance(now)),
];

/** What a route makes of a body, and how it says that the queue has it. */
interface Entrance {
  readonly read: (body: Json, request: HttpRequest) => ReadDraft;
  readonly confirm: (draft: Draft, intent: Intent, request: HttpRequest) => Answer;
}

const vendorEntrance = (row: Operation): Entrance => ({
  read: (body, { params }) => readVendor(row, params.project_id, body),
  confirm: ({ jobs }, _, { headers }) => row.answer(jobs, languageOf(headers['x-language'])),
});

const nativeEntrance = (now: () => Date): Entrance => ({
  read: (body) => readNative(body, now()),
  confirm: (_, intent) => ({ status: 202, body: receiptOf(intent) }),
});

const route = (path: string, accept: Accept, entrance: Entrance): Route => ({
  method: 'POST',
  path,
  handle: async (request, intentId) => {
    const reading = readDraft(entrance, request);
    if (!reading.ok) return refused(invalid(reading.faults));
    const { draft } = reading;
    const origin = { caller: 'http', ...traceOf(request.headers.traceparent) };
    const accepted = await accept(draft, origin, intentId);
    const { intent } = accepted;
    return accepted.kind === 'queued'
      ? {
          ok: true,
          answer: entrance.confirm(draft, intent, request),
          intentId: intent.intent_id,
        }
      : { ...refused(unavailable(accepted)), intentId: intent.intent_id };
  },
});

/**
 * The draft out of a request's body, with the correlation id out of its header. The body's own wins, also where they
 * differ: proxies set such headers on their own account. An empty header is none.
 */
const readDraft = (entrance: Entrance, request: HttpRequest): ReadDraft => {
  const body = parseJson(request.text);
  const reading: ReadDraft = body.ok
    ? entrance.read(body.value, request)
    : { ok: false, faults: [{ pointer: '#', detail: body.detail }] };
  const header = request.headers['x-correlation-id'] || undefined;
  const read = v.safeParse(v.optional(correlationIdSchema), header);
  if (!read.success) {
    const faults = read.issues.map(({ message }) => ({
      pointer: CORRELATION_HEADER,
      detail: message,
    }));
    return { ok: false, faults: [...faults, ...(reading.ok ? [] : reading.faults)] };
  }
  if (!reading.ok || read.output === undefined) return reading;
  return { ok: true, draft: { correlation_id: read.output, ...reading.draft } };
};

/** Where in a request a fault is that is not in its body. */
const CORRELATION_HEADER = 'header X-Correlation-Id';

const refused = (problem: Problem): Handled => ({ ok: false, problem });

const languageOf = (header = ''): Language => (/^zh/i.test(header) ? 'zh-cn' : 'en-us');

/** W3C Trace Context; a header that is none is ignored, as the recommendation says. */
const traceparent = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

const traceOf = (header = ''): { traceparent?: string } =>
  traceparent.test(header) ? { traceparent: header } : {};

const unavailable = ({ queued, not_queued }: Extract<Accepted, { kind: 'partly' }>): Problem => ({
  status: 503,
  title: 'Queue unavailable',
  detail:
    queued.length === 0
      ? 'The queue took none of the jobs. Send the request again.'
      : `The queue took ${queued.length} jobs and refused ${not_queued.length}. Send those under "not_queued" again.`,
  queued,
  not_queued,
});
