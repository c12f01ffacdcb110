import * as v from 'valibot';
import { missingGrant } from '../callers/grants.ts';
import { correlationIdSchema } from '../intent/request.ts';
import type { Fault } from '../json/fault.ts';
import type { Json } from '../json/json.ts';
import { parseBounded } from '../json/json-bounds.ts';
import { readIdempotencyKey } from './idempotency-key.ts';
import { NOT_GRANTED } from './not-granted.ts';
import { readWait } from './prefer-wait.ts';
import { invalid } from './problem.ts';
import type { ReadWish } from './read-wish.ts';
import type { ReadForCaller } from './ready-request.ts';
import type { HttpRequest } from './route.ts';

/** Reads a body as a request, as of a time: some fields are judged by the clock. */
export type ReadBody = (body: Json, http: HttpRequest, at: Date) => ReadWish;

/** What the headers and the query ask for, beside the body. */
export interface Preferences {
  readonly idempotencyKey: string | undefined;
  /** How long to wait for the verdicts. */
  readonly waitSeconds: number;
  readonly correlationId: string | undefined;
  readonly faults: readonly Fault[];
}

/** The place of a fault that is not in the body. */
const CORRELATION_HEADER = 'header X-Correlation-Id';

/** An empty header counts as absent: proxies set it. */
const readCorrelationId = (header: string | undefined) =>
  v.safeParse(v.optional(correlationIdSchema), header || undefined);

export const readPreferences = ({ headers, query }: HttpRequest): Preferences => {
  const key = readIdempotencyKey(headers['idempotency-key']);
  const wait = readWait(query, headers.prefer);
  const correlation = readCorrelationId(headers['x-correlation-id']);
  const correlationFaults =
    correlation.issues?.map(({ message }) => ({ pointer: CORRELATION_HEADER, detail: message })) ??
    [];
  return {
    idempotencyKey: key.ok ? key.key : undefined,
    waitSeconds: wait.ok ? wait.seconds : 0,
    correlationId: correlation.success ? correlation.output : undefined,
    faults: [...correlationFaults, ...[key, wait].flatMap((one) => (one.ok ? [] : [one.fault]))],
  };
};

/**
 * Reads a request of a caller, and checks the caller's grants. All faults are told at once. The body's own correlation id
 * wins over the header's, since proxies set such headers themselves.
 */
export const readIntentRequest = (
  readBody: ReadBody,
  { correlationId, faults }: Preferences,
  http: HttpRequest,
  at: Date,
): ReadForCaller => {
  const body = parseBounded(http.text);
  const reading: ReadWish = body.ok
    ? readBody(body.value, http, at)
    : { ok: false, faults: [{ pointer: '#', detail: body.detail }] };
  const all = [...faults, ...(reading.ok ? [] : reading.faults)];
  if (!reading.ok || all.length > 0) return { ok: false, problem: invalid(all) };
  const request = {
    ...(correlationId !== undefined && { correlation_id: correlationId }),
    ...reading.request,
  };
  const missing = missingGrant(http.caller, request);
  return missing === undefined
    ? { ...reading, request }
    : { ok: false, problem: NOT_GRANTED, check: `caller ${http.caller.id}: ${missing}` };
};
