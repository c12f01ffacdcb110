import type { JobId, OperationName, ProjectId } from '../operations/operation.ts';
import type { Evidence, Outcome, Refusal } from '../reply/verdict.ts';
import type { Intent, IntentId } from './intent.ts';

/** `source` and `detail-type` of result events. */
export const RESULT_SOURCE = 'job-fanin';
export const RESULT_DETAIL_TYPE = 'Job Control Result';

/** The `detail-type` of events that hold a list of results. Their schema is docs/results.schema.json. */
export const PACKED_DETAIL_TYPE = 'Job Control Results';

/** Results per event at most. */
export const MOST_PER_EVENT = 100;

/** The upstream call that a verdict rests on. */
export interface CallInfo {
  readonly id: string;
  /** Jobs in the call. */
  readonly size: number;
  /** Calls for this job so far, this one included. More than one if a refused call was isolated. */
  readonly attempts: number;
}

/** The `detail` of a result event: the verdict on one (intent, job). Its schema is docs/result.schema.json. */
export interface Result {
  readonly result_id: string;
  readonly outcome: Outcome;
  readonly evidence?: Evidence | undefined;
  readonly operation: OperationName;
  readonly project_id: ProjectId;
  readonly job_id: JobId;
  readonly intent_id: IntentId;
  readonly caller: string;
  readonly correlation_id?: string | undefined;
  readonly error?: Refusal | undefined;
  readonly superseded_by?: IntentId | undefined;
  readonly call?: CallInfo | undefined;
  readonly accepted_at: string;
  readonly settled_at: string;
  /** Milliseconds from acceptance to the call, or to the verdict if there was no call. */
  readonly queued_ms: number;
  /** Milliseconds of the upstream call. 0 if there was none. */
  readonly upstream_ms: number;
  readonly traceparent?: string | undefined;
  readonly tracestate?: string | undefined;
}

/** The fields that a verdict sets. The intent sets all others. */
export type VerdictInfo = Pick<Result, 'outcome' | 'evidence' | 'error' | 'superseded_by' | 'call'>;

/** When the call and the verdict were made. */
export interface Timing {
  /** Milliseconds since 1970. */
  readonly calledAt: number;
  readonly settledAt: number;
  /** `settledAt` in ISO 8601. One text serves all results of a call. */
  readonly settled_at: string;
}

export const timingOf = (calledAt: number, settledAt: number): Timing => ({
  calledAt,
  settledAt,
  settled_at: new Date(settledAt).toISOString(),
});

/** Timings of many jobs. All jobs of one call share one text. */
export const makeTimings = (): typeof timingOf => {
  const texts = new Map<number, string>();
  return (calledAt, settledAt) => {
    const settled_at = texts.get(settledAt) ?? timingOf(calledAt, settledAt).settled_at;
    texts.set(settledAt, settled_at);
    return { calledAt, settledAt, settled_at };
  };
};

/**
 * Makes the result events of one intent. Law: one (intent, job) always has the same `result_id`, so that consumers can
 * recognise a repeated event. Fields that do not apply are undefined; JSON omits them.
 */
export const resultsOf = (intent: Intent) => {
  const acceptedAt = Date.parse(intent.accepted_at);
  return (
    job_id: JobId,
    verdict: VerdictInfo,
    { calledAt, settledAt, settled_at }: Timing,
  ): Result => ({
    result_id: `${intent.intent_id}/${job_id}`,
    outcome: verdict.outcome,
    evidence: verdict.evidence,
    operation: intent.operation,
    project_id: intent.project_id,
    job_id,
    intent_id: intent.intent_id,
    caller: intent.caller,
    correlation_id: intent.correlation_id,
    error: verdict.error,
    superseded_by: verdict.superseded_by,
    call: verdict.call,
    accepted_at: intent.accepted_at,
    settled_at,
    queued_ms: Math.max(0, calledAt - acceptedAt),
    upstream_ms: settledAt - calledAt,
    traceparent: intent.traceparent,
    tracestate: intent.tracestate,
  });
};

/** Makes one result event, as {@link resultsOf} does. */
export const resultOf = (
  intent: Intent,
  job_id: JobId,
  verdict: VerdictInfo,
  timing: Timing,
): Result => resultsOf(intent)(job_id, verdict, timing);
