import type { Intent as WireIntent } from '../../clients/typescript/src/schemas.ts';
import { type Intent, type IntentId, MESSAGE_VERSION } from '../../shared/intent/intent.ts';
import { readNativeRequest } from '../../shared/intent/request.ts';
import type { Fault } from '../../shared/json/fault.ts';
import { distinct, MAX_JOBS } from '../../shared/operations/job-list.ts';
import { usageError } from '../exit.ts';

/** A request that the service would take, as it is sent, and as the planner knows it. */
export interface GoodRequest {
  readonly sent: WireIntent;
  readonly intent: Intent;
}

export type ReadRequest =
  | { readonly ok: true; readonly good: GoodRequest }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** Reads a native request by the service's own reader, so that faults are known before anything is sent. */
export const readRequest = (body: object, id: IntentId, now: number): ReadRequest => {
  const read = readNativeRequest(body, new Date(now));
  if (!read.ok) return read;
  const intent: Intent = {
    v: MESSAGE_VERSION,
    intent_id: id,
    ...read.request,
    jobs: distinct(read.request.jobs),
    caller: 'job-fanin',
    accepted_at: new Date(now).toISOString(),
  };
  return { ok: true, good: { sent: body as WireIntent, intent } };
};

/** A fault of a list of jobs names the id in place of its position. */
const nameOf = ({ pointer }: Fault, ids: readonly string[]): string => {
  const [, place, rest = ''] = /^#\/jobs\/(\d+)(.*)$/.exec(pointer) ?? [];
  if (place === undefined) return pointer.replace(/^#\/?(options\/)?/, '');
  return `job ${ids[Number(place)] ?? place}${rest.replace('/', ' ')}`;
};

const SHOWN = 5;

/** Throws a `CommandError` that names each fault by the id or the option that has it. */
export const goodRequest = (
  body: object,
  ids: readonly string[],
  id: IntentId,
  now: number,
): GoodRequest => {
  if (ids.length > MAX_JOBS)
    throw usageError(`${ids.length} jobs are too many for one intent`, `send at most ${MAX_JOBS}`);
  const read = readRequest(body, id, now);
  if (read.ok) return read.good;
  const told = read.faults.slice(0, SHOWN).map((one) => `${nameOf(one, ids)} ${one.detail}`);
  const rest = read.faults.length - told.length;
  const more = rest > 0 ? `; and ${rest} more` : '';
  throw usageError(`${told.join('; ')}${more}`, 'mend these and run the command again');
};
