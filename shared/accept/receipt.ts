import type { Intent } from '../intent/intent.ts';

/** The answer to a native request, an event or a direct call, once the queue has every job. */
export interface Receipt extends Pick<Intent, 'intent_id' | 'operation' | 'project_id'> {
  /** Distinct jobs. As many results will follow. */
  readonly job_count: number;
  readonly accepted_at: string;
  readonly expires_at?: string;
}

export const receiptOf = (intent: Intent): Receipt => ({
  intent_id: intent.intent_id,
  operation: intent.operation,
  project_id: intent.project_id,
  job_count: intent.jobs.length,
  accepted_at: intent.accepted_at,
  ...(intent.expires_at !== undefined && { expires_at: intent.expires_at }),
});
