import * as v from 'valibot';
import type { Intent } from '../intent/intent.ts';
import { isOperationName } from '../operations/index.ts';
import {
  isProjectId,
  type JobId,
  jobIdOf,
  type OperationName,
  type ProjectId,
} from '../operations/operation.ts';

/** What the record of a block tells of its intent, for the caller who asks for its status. */
export interface AboutBlock
  extends Pick<
    Intent,
    'caller' | 'operation' | 'project_id' | 'accepted_at' | 'expires_at' | 'correlation_id'
  > {
  /** The jobs of the whole intent. */
  readonly job_count: number;
  /** The jobs of this block, in order. */
  readonly job_ids: readonly JobId[];
}

/** A block of an intent as its record tells of it. Undefined for messages of releases before 0.2. */
export const aboutBlock = (block: Intent): AboutBlock | undefined => {
  const { job_count, caller, operation, project_id, accepted_at } = block;
  if (job_count === undefined) return undefined;
  const { expires_at, correlation_id } = block;
  return {
    caller,
    operation,
    project_id,
    accepted_at,
    ...(expires_at !== undefined && { expires_at }),
    ...(correlation_id !== undefined && { correlation_id }),
    job_count,
    job_ids: block.jobs.map(jobIdOf),
  };
};

/** Ids hold no blank, so a blank parts them: that is shorter than a list. */
export const writeAbout = ({ job_ids, ...about }: AboutBlock) => ({
  ...about,
  job_ids: job_ids.join(' '),
});

/** Releases before 0.2 pass over this field, and leave it out when they write. */
export const aboutSchema = v.object({
  caller: v.string(),
  operation: v.custom<OperationName>(isOperationName),
  project_id: v.custom<ProjectId>(isProjectId),
  accepted_at: v.string(),
  expires_at: v.exactOptional(v.string()),
  correlation_id: v.exactOptional(v.string()),
  job_count: v.number(),
  job_ids: v.pipe(
    v.string(),
    v.transform((ids) => ids.split(' ') as JobId[]),
  ),
});
