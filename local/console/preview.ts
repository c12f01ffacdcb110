import { planSteps } from '../../cli/input/plan-steps.ts';
import { readRequest } from '../../cli/input/read-request.ts';
import { newIntentId } from '../../shared/edge/intent-id.ts';
import type { Fault } from '../../shared/json/fault.ts';
import { isObject, parseJson } from '../../shared/json/json.ts';
import type { MaxJobsPerCall } from './count-fewest.ts';

/** The calls that a request alone would make, or every fault of it. */
export type Preview =
  | { readonly ok: true; readonly jobs: number; readonly calls: ReturnType<typeof planSteps> }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** Reads the body of a native request by the service's own reader, and plans it by its own planner. Nothing is sent. */
export const previewOf = (text: string, now: number, maxJobsPerCall: MaxJobsPerCall): Preview => {
  const parsed = parseJson(text);
  if (!parsed.ok) return { ok: false, faults: [{ pointer: '#', detail: parsed.detail }] };
  const body = isObject(parsed.value) ? parsed.value : {};
  const read = readRequest(body, newIntentId(), now);
  if (!read.ok) return read;
  const { intent } = read.good;
  const calls = planSteps([intent], now, maxJobsPerCall);
  return { ok: true, jobs: intent.jobs.length, calls };
};
