import type { Service } from './vocabulary.ts';

/** A look at the state of jobs, and what it was answered. */
export interface UpstreamLook {
  readonly at: number;
  readonly service: Service;
  readonly project_id: string;
  /** None if the body was no request of the vendor's. */
  readonly job_ids: readonly string[];
  /** The HTTP status once the answer went out; null until then, and for good if it never did. */
  readonly status: number | null;
}
