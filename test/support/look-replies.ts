import type { UpstreamRequest } from '../../shared/operations/operation.ts';
import type { Reply } from '../../shared/reply/reply.ts';
import { replied } from './replies.ts';

const refusal = (code: string) => ({ error_code: code, error_msg: 'words' });

/** What the upstream answers to a look: it tells nothing of some jobs, and of one that is `missing` that it has none. */
export const lookReply = (
  { service }: UpstreamRequest,
  statuses: readonly (readonly [string, string | undefined])[],
): Reply => {
  const known = statuses.filter(([, status]) => status !== undefined);
  if (service === 'dli') {
    const status = known[0]?.[1];
    if (status === 'missing') return replied(400, refusal('DLI.0002'));
    return replied(200, { is_success: 'true', job_detail: { status } });
  }
  const rows = known.map(([id, status]) =>
    status === 'missing' ? { id, ...refusal('DRS.M00289') } : { id, status },
  );
  return replied(200, { results: rows });
};

/** A page of DLI's list of jobs. */
export const listPage = (
  rows: readonly (readonly [id: string, status: string])[],
  total = rows.length,
): Reply => {
  const jobs = rows.map(([id, status]) => ({ job_id: Number(id), status }));
  return replied(200, { is_success: 'true', job_list: { total_count: total, jobs } });
};
