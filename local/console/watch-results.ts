import { PACKED_DETAIL_TYPE, RESULT_DETAIL_TYPE } from '../../shared/intent/result.ts';
import { isObject } from '../../shared/json/json.ts';
import type { BusEvent } from '../bus/event-bus.ts';

/** A result as far as the console counts it. */
export interface SeenResult {
  readonly outcome: string;
  readonly evidence: string | undefined;
  readonly error: string | undefined;
  readonly operation: string;
  readonly project_id: string;
  readonly job_id: string;
  readonly intent_id: string;
  /** Milliseconds from acceptance to the verdict. */
  readonly ms: number;
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined;

const resultIn = (detail: unknown): readonly SeenResult[] => {
  if (!isObject(detail)) return [];
  const { outcome, evidence, error, operation, project_id, job_id, intent_id } = detail;
  const ms = Date.parse(String(detail.settled_at)) - Date.parse(String(detail.accepted_at));
  return [
    {
      outcome: String(outcome),
      evidence: textOf(evidence),
      error: isObject(error) ? textOf(error.code) : undefined,
      operation: String(operation),
      project_id: String(project_id),
      job_id: String(job_id),
      intent_id: String(intent_id),
      ms: Number.isNaN(ms) ? 0 : ms,
    },
  ];
};

/** The results in an event of the bus: one, several, or none if it is another's. */
export const resultsIn = ({ 'detail-type': type, detail }: BusEvent): readonly SeenResult[] => {
  if (type === RESULT_DETAIL_TYPE) return resultIn(detail);
  if (type !== PACKED_DETAIL_TYPE || !Array.isArray(detail.results)) return [];
  return detail.results.flatMap(resultIn);
};
