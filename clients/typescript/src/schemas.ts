// Written by `npm run docs` from the schemas that validate. Do not edit.

export const OPERATIONS = ['dli.run', 'dli.stop', 'dli.delete', 'drs.start', 'drs.stop', 'drs.retry', 'drs.delete'] as const;

export const OUTCOMES = ['delivered', 'rejected', 'superseded', 'expired', 'failed'] as const;

export const EVIDENCE = ['keyed', 'positional', 'aggregate', 'observed'] as const;

export const PROBLEM_TYPES = ['urn:job-fanin:problem:invalid-request', 'urn:job-fanin:problem:not-authenticated', 'urn:job-fanin:problem:not-granted', 'urn:job-fanin:problem:request-in-progress', 'urn:job-fanin:problem:body-too-large', 'urn:job-fanin:problem:body-not-json', 'urn:job-fanin:problem:idempotency-key-reused', 'urn:job-fanin:problem:payload-not-mapped', 'urn:job-fanin:problem:quota-exceeded', 'urn:job-fanin:problem:internal-error', 'urn:job-fanin:problem:queue-unavailable', 'urn:job-fanin:problem:ledger-unavailable', 'urn:job-fanin:problem:callers-unavailable', 'about:blank'] as const;

export type Intent = DliRunIntent | DliStopIntent | DliDeleteIntent | DrsStartIntent | DrsStopIntent | DrsRetryIntent | DrsDeleteIntent;

export interface DliRunIntent {
  readonly operation: 'dli.run';
  readonly project_id: ProjectId;
  readonly jobs: readonly (DliJobId | { readonly job_id: DliJobId; })[];
  readonly options?: { readonly resume_savepoint?: boolean | undefined; } | undefined;
  /** The deadline: an instant to come, at most 7 days ahead. Other forms of ISO 8601 are taken too. */
  readonly expires_at?: string | undefined;
  readonly correlation_id?: string | undefined;
  /** The dli.stop that this intent follows: its intent id, its event's id or its correlation id. An intent id is at most 8 days old. */
  readonly after?: string | undefined;
  /** The order among the intents of one caller: a whole number, or a time with its zone. */
  readonly sequence?: string | undefined;
  /** W3C Trace Context, as the header of this name. An invalid one is ignored. */
  readonly traceparent?: string | undefined;
  /** W3C Trace Context, as the header of this name. An invalid one is ignored. */
  readonly tracestate?: string | undefined;
}

export type ProjectId = string;

export type DliJobId = string;

export interface DliStopIntent {
  readonly operation: 'dli.stop';
  readonly project_id: ProjectId;
  readonly jobs: readonly (DliJobId | { readonly job_id: DliJobId; })[];
  readonly options?: { readonly trigger_savepoint?: boolean | undefined; } | undefined;
  /** The deadline: an instant to come, at most 7 days ahead. Other forms of ISO 8601 are taken too. */
  readonly expires_at?: string | undefined;
  readonly correlation_id?: string | undefined;
  /** The order among the intents of one caller: a whole number, or a time with its zone. */
  readonly sequence?: string | undefined;
  /** W3C Trace Context, as the header of this name. An invalid one is ignored. */
  readonly traceparent?: string | undefined;
  /** W3C Trace Context, as the header of this name. An invalid one is ignored. */
  readonly tracestate?: string | undefined;
}

export interface DliDeleteIntent {
  readonly operation: 'dli.delete';
  readonly project_id: ProjectId;
  readonly jobs: readonly (DliJobId | { readonly job_id: DliJobId; })[];
  readonly options?: Readonly<Record<string, never>> | undefined;
  /** The deadline: an instant to come, at most 7 days ahead. Other forms of ISO 8601 are taken too. */
  readonly expires_at?: string | undefined;
  readonly correlation_id?: string | undefined;
  /** The order among the intents of one caller: a whole number, or a time with its zone. */
  readonly sequence?: string | undefined;
  /** W3C Trace Context, as the header of this name. An invalid one is ignored. */
  readonly traceparent?: string | undefined;
  /** W3C Trace Context, as the header of this name. An invalid one is ignored. */
  readonly tracestate?: string | undefined;
}

export interface DrsStartIntent {
  readonly operation: 'drs.start';
  readonly project_id: ProjectId;
  readonly jobs: readonly (DrsTaskId | { readonly start_time?: string | undefined; readonly is_only_init_task?: boolean | undefined; readonly is_auto_create_compare?: boolean | undefined; readonly job_id: DrsTaskId; })[];
  readonly options?: Readonly<Record<string, never>> | undefined;
  /** The deadline: an instant to come, at most 7 days ahead. Other forms of ISO 8601 are taken too. */
  readonly expires_at?: string | undefined;
  readonly correlation_id?: string | undefined;
  /** The drs.stop that this intent follows: its intent id, its event's id or its correlation id. An intent id is at most 8 days old. */
  readonly after?: string | undefined;
  /** The order among the intents of one caller: a whole number, or a time with its zone. */
  readonly sequence?: string | undefined;
  /** W3C Trace Context, as the header of this name. An invalid one is ignored. */
  readonly traceparent?: string | undefined;
  /** W3C Trace Context, as the header of this name. An invalid one is ignored. */
  readonly tracestate?: string | undefined;
}

export type DrsTaskId = string;

export interface DrsStopIntent {
  readonly operation: 'drs.stop';
  readonly project_id: ProjectId;
  readonly jobs: readonly ({ readonly pause_mode: 'target' | 'all'; readonly job_id: DrsTaskId; })[];
  readonly options?: Readonly<Record<string, never>> | undefined;
  /** The deadline: an instant to come, at most 7 days ahead. Other forms of ISO 8601 are taken too. */
  readonly expires_at?: string | undefined;
  readonly correlation_id?: string | undefined;
  /** The order among the intents of one caller: a whole number, or a time with its zone. */
  readonly sequence?: string | undefined;
  /** W3C Trace Context, as the header of this name. An invalid one is ignored. */
  readonly traceparent?: string | undefined;
  /** W3C Trace Context, as the header of this name. An invalid one is ignored. */
  readonly tracestate?: string | undefined;
}

export interface DrsRetryIntent {
  readonly operation: 'drs.retry';
  readonly project_id: ProjectId;
  readonly jobs: readonly (DrsTaskId | { readonly is_sync_re_edit?: boolean | undefined; readonly job_id: DrsTaskId; })[];
  readonly options?: Readonly<Record<string, never>> | undefined;
  /** The deadline: an instant to come, at most 7 days ahead. Other forms of ISO 8601 are taken too. */
  readonly expires_at?: string | undefined;
  readonly correlation_id?: string | undefined;
  /** The order among the intents of one caller: a whole number, or a time with its zone. */
  readonly sequence?: string | undefined;
  /** W3C Trace Context, as the header of this name. An invalid one is ignored. */
  readonly traceparent?: string | undefined;
  /** W3C Trace Context, as the header of this name. An invalid one is ignored. */
  readonly tracestate?: string | undefined;
}

export interface DrsDeleteIntent {
  readonly operation: 'drs.delete';
  readonly project_id: ProjectId;
  readonly jobs: readonly ({ readonly delete_type: 'terminate' | 'force_terminate' | 'delete'; readonly job_id: DrsTaskId; })[];
  readonly options?: Readonly<Record<string, never>> | undefined;
  /** The deadline: an instant to come, at most 7 days ahead. Other forms of ISO 8601 are taken too. */
  readonly expires_at?: string | undefined;
  readonly correlation_id?: string | undefined;
  /** The order among the intents of one caller: a whole number, or a time with its zone. */
  readonly sequence?: string | undefined;
  /** W3C Trace Context, as the header of this name. An invalid one is ignored. */
  readonly traceparent?: string | undefined;
  /** W3C Trace Context, as the header of this name. An invalid one is ignored. */
  readonly tracestate?: string | undefined;
}

export interface Receipt {
  readonly intent_id: string;
  readonly operation: 'dli.run' | 'dli.stop' | 'dli.delete' | 'drs.start' | 'drs.stop' | 'drs.retry' | 'drs.delete';
  readonly project_id: ProjectId;
  /** Distinct jobs. As many results will follow. */
  readonly job_count: number;
  readonly accepted_at: string;
  readonly expires_at?: string | undefined;
}

export interface IntentStatus {
  readonly intent_id: string;
  readonly status: 'queued' | 'in_progress' | 'settled';
  readonly operation?: 'dli.run' | 'dli.stop' | 'dli.delete' | 'drs.start' | 'drs.stop' | 'drs.retry' | 'drs.delete' | undefined;
  readonly project_id?: ProjectId | undefined;
  readonly job_count?: number | undefined;
  readonly accepted_at?: string | undefined;
  readonly expires_at?: string | undefined;
  readonly correlation_id?: string | undefined;
  /** The jobs of which the ledger tells. Once the intent is settled, all of them. */
  readonly jobs?: readonly JobStatus[] | undefined;
}

export interface JobStatus {
  readonly job_id: string;
  readonly outcome?: 'delivered' | 'rejected' | 'superseded' | 'expired' | 'failed' | undefined;
  /** What the outcome rests on. Absent if the upstream was not asked. */
  readonly evidence?: 'keyed' | 'positional' | 'aggregate' | 'observed' | undefined;
  /** Why the job was rejected: the upstream's code, or `unspecified`, and its words. Or why the job expired or failed. */
  readonly error?: { readonly code: string; readonly message: string; } | undefined;
  readonly superseded_by?: string | undefined;
  readonly settled_at?: string | undefined;
}

export interface Problem {
  readonly type: 'urn:job-fanin:problem:invalid-request' | 'urn:job-fanin:problem:not-authenticated' | 'urn:job-fanin:problem:not-granted' | 'urn:job-fanin:problem:request-in-progress' | 'urn:job-fanin:problem:body-too-large' | 'urn:job-fanin:problem:body-not-json' | 'urn:job-fanin:problem:idempotency-key-reused' | 'urn:job-fanin:problem:payload-not-mapped' | 'urn:job-fanin:problem:quota-exceeded' | 'urn:job-fanin:problem:internal-error' | 'urn:job-fanin:problem:queue-unavailable' | 'urn:job-fanin:problem:ledger-unavailable' | 'urn:job-fanin:problem:callers-unavailable' | 'about:blank';
  readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 422 | 429 | 500 | 501 | 503;
  readonly title: string;
  readonly detail: string;
  /** The intent id, as a URN. */
  readonly instance: string;
  /** Every fault of the request. */
  readonly errors?: readonly { readonly pointer: string; readonly detail: string; }[] | undefined;
  /** After 503: the jobs that were queued. */
  readonly queued?: readonly string[] | undefined;
  /** After 503: the jobs to send again. */
  readonly not_queued?: readonly string[] | undefined;
}

export interface ResultEvent {
  readonly version: string;
  readonly id: string;
  readonly 'detail-type': 'Job Control Result';
  readonly source: 'job-fanin';
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources?: readonly string[] | undefined;
  readonly detail: Result;
}

export interface ResultFields {
  /** Made of the intent's id and the job's id. Deduplicate by it. */
  readonly result_id: string;
  readonly outcome: 'delivered' | 'rejected' | 'superseded' | 'expired' | 'failed';
  /** What the outcome rests on. Absent if the upstream was not asked. */
  readonly evidence?: 'keyed' | 'positional' | 'aggregate' | 'observed' | undefined;
  readonly operation: 'dli.run' | 'dli.stop' | 'dli.delete' | 'drs.start' | 'drs.stop' | 'drs.retry' | 'drs.delete';
  readonly project_id: string;
  /** A string, even if the upstream's id is a 64-bit integer. */
  readonly job_id: string;
  readonly intent_id: string;
  readonly caller: string;
  readonly correlation_id?: string | undefined;
  /** Why the job was rejected: the upstream's code, or `unspecified`, and its words. Or why the job expired or failed. */
  readonly error?: { readonly code: string; readonly message: string; } | undefined;
  readonly superseded_by?: string | undefined;
  /** The upstream call that the outcome rests on. */
  readonly call?: { readonly id: string; readonly size: number; readonly attempts: number; } | undefined;
  readonly accepted_at: string;
  readonly settled_at: string;
  readonly queued_ms: number;
  readonly upstream_ms: number;
  readonly traceparent?: string | undefined;
  readonly tracestate?: string | undefined;
}

export type Result =
  | (ResultFields & { readonly outcome: 'delivered'; readonly evidence: NonNullable<ResultFields['evidence']>; })
  | (ResultFields & { readonly outcome: 'rejected'; readonly error: NonNullable<ResultFields['error']>; })
  | (ResultFields & { readonly outcome: 'superseded'; readonly superseded_by: NonNullable<ResultFields['superseded_by']>; })
  | (ResultFields & { readonly outcome: 'expired'; })
  | (ResultFields & { readonly outcome: 'failed'; });

export interface ResultsEvent {
  readonly version: string;
  readonly id: string;
  readonly 'detail-type': 'Job Control Results';
  readonly source: 'job-fanin';
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources?: readonly string[] | undefined;
  readonly detail: Results;
}

export interface Results {
  readonly results: readonly Result[];
}

