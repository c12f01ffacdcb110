import type { Caller } from '../callers/caller.ts';
import { missingGrant } from '../callers/grants.ts';
import { type MadeBody, mapPayload } from '../callers/map-payload.ts';
import { type JobRequest, type ReadRequest, readNativeRequest } from '../intent/request.ts';
import { type Fault, MOST_TOLD, sentence } from '../json/fault.ts';
import { parseByValue } from '../json/json.ts';
import { parseBounded } from '../json/json-bounds.ts';
import { NOT_GRANTED } from './not-granted.ts';
import { invalid, type Problem, problemOf } from './problem.ts';
import type { ReadForCaller } from './ready-request.ts';
import type { HttpRequest } from './route.ts';

/** A request that a mapping made, read as of now. Undefined if its time has passed. */
export interface Made {
  readonly request: JobRequest | undefined;
  readonly from: MadeBody;
}

/** `overdue`: the time of a request has passed, so only a repeat of the delivery is answered. */
export type Delivery =
  | { readonly ok: true; readonly made: readonly Made[]; readonly overdue?: Problem }
  | Extract<ReadForCaller, { ok: false }>;

const refused = (problem: Problem): Extract<ReadForCaller, { ok: false }> => ({
  ok: false,
  problem,
});

const unmapped = (faults: readonly Fault[]): Problem =>
  problemOf('payload-not-mapped', sentence(faults), { faults });

const faultsOf = (from: MadeBody, reading: ReadRequest): readonly Fault[] =>
  reading.ok ? [] : reading.faults.slice(0, MOST_TOLD + 1).map(from.inPayload);

/** Fields that are judged by the clock. A repeat that had a good one keeps it. */
const TIMED: readonly string[] = ['#/expires_at', '#/after'];

const isOverdue = (reading: ReadRequest): boolean =>
  !reading.ok && reading.faults.every(({ pointer }) => TIMED.includes(pointer));

/**
 * What a delivery asks for, by the caller's mapping, as of now. Law: all faults are told at once, as far as an answer tells
 * them.
 */
export const readDelivery = ({ text, entry }: HttpRequest, now: Date): Delivery => {
  const body = parseBounded(text, parseByValue);
  if (!body.ok) return refused(invalid([{ pointer: '#', detail: body.detail }]));
  if (entry?.hook === undefined) throw new Error('a hook without a mapping');
  const mapped = mapPayload(entry.hook, body.value);
  if (!mapped.ok) return refused(unmapped(mapped.faults));
  const made: Made[] = [];
  const faults: Fault[] = [];
  let isReadable = true;
  for (const from of mapped.made) {
    const reading = readNativeRequest(from.body, now);
    made.push({ from, request: reading.ok ? reading.request : undefined });
    faults.push(...faultsOf(from, reading));
    isReadable &&= reading.ok || isOverdue(reading);
    if (!isReadable && faults.length > MOST_TOLD) break;
  }
  if (faults.length === 0) return { ok: true, made };
  const problem = unmapped(faults);
  return isReadable ? { ok: true, made, overdue: problem } : refused(problem);
};

/** The requests that can be read must all be granted. Names the first missing grant. */
export const faultOfGrants = (caller: Caller, made: readonly Made[]): string | undefined =>
  made
    .map(({ request }) => (request === undefined ? undefined : missingGrant(caller, request)))
    .find((missing) => missing !== undefined);

/** Reads a request as of the first acceptance of its delivery. */
export const readAgain = (caller: Caller, { from, request }: Made, at: Date): ReadForCaller => {
  if (request !== undefined) return { ok: true, request };
  const reading = readNativeRequest(from.body, at);
  if (!reading.ok) return refused(unmapped(faultsOf(from, reading)));
  const check = missingGrant(caller, reading.request);
  return check === undefined ? reading : { ...refused(NOT_GRANTED), check };
};
