import type { Json } from '../json/json.ts';
import { doubt, mayBeOneJobs, verdictOn } from './refusal.ts';
import type { Reply } from './reply.ts';
import { jsonOf } from './rows.ts';
import { strangerIn } from './stranger.ts';
import type { Evidence, Refusal, Verdict } from './verdict.ts';

/**
 * What a reply says about the jobs that were asked for: one verdict each, in the order asked. `suspect` marks a
 * refusal of the whole call that may be a single job's fault: with more than one job, ask again in halves, at once if
 * all are rejected, after a look if they are unanswered.
 */
export interface Reading {
  readonly verdicts: readonly Verdict[];
  readonly suspect: boolean;
}

/** One element of a reply, before it is matched to a job: success, an error, or nothing we can read. */
export type Row =
  | { readonly kind: 'success' }
  | { readonly kind: 'error'; readonly error: Refusal }
  | { readonly kind: 'unreadable' };

/**
 * What a row says, given on what grounds it is laid to a job. A claim of success under an error status counts only
 * where the row has a place or an id of its own: DLI sends arrays at 400, whose rows are good or bad one by one.
 */
const verdictOf = (status: number, row: Row | undefined, evidence: Evidence): Verdict => {
  switch (row?.kind) {
    case 'success': {
      const credible = status < 300 || (status === 400 && evidence !== 'aggregate');
      return credible
        ? { kind: 'delivered', evidence }
        : {
            kind: 'unanswered',
            served: doubt(status),
            reason: `a claim of success at status ${status}`,
          };
    }
    case 'error':
      return verdictOn(status, row.error, evidence);
    case 'unreadable':
      return {
        kind: 'unanswered',
        served: doubt(status),
        reason: `status ${status} and no verdict in the reply`,
      };
    case undefined:
      return {
        kind: 'unanswered',
        served: doubt(status),
        reason: 'the reply does not name the job',
      };
  }
};

const fill = (count: number, verdict: Verdict): readonly Verdict[] =>
  new Array<Verdict>(count).fill(verdict);

/** No verdict on any of `count` jobs, all for the same reason. Without a status there was no reply at all. */
export const unanswered = (count: number, reason: string, status?: number): Reading => ({
  verdicts: new Array<Verdict>(count).fill({ kind: 'unanswered', served: doubt(status), reason }),
  suspect: false,
});

/** What silence says of jobs: nothing, unless no request was sent. */
export const silence = (count: number, reply: Extract<Reply, { kind: 'silent' }>): Reading => {
  const served = reply.unsent ? 'no' : 'maybe yet';
  const verdict: Verdict = { kind: 'unanswered', served, reason: reply.reason };
  return { verdicts: new Array<Verdict>(count).fill(verdict), suspect: false };
};

/** A reply of a service, opened; or what another one, or silence, says of the jobs: no verdict on any. */
export type Opened =
  | { readonly kind: 'reply'; readonly status: number; readonly body: Json }
  | { readonly kind: 'none'; readonly reading: Reading };

export const openReply = (count: number, reply: Reply): Opened => {
  if (reply.kind === 'silent') return { kind: 'none', reading: silence(count, reply) };
  const stranger = strangerIn(reply);
  if (stranger === undefined)
    return { kind: 'reply', status: reply.status, body: jsonOf(reply.body) };
  const verdict: Verdict = { kind: 'unanswered', ...stranger };
  return { kind: 'none', reading: { verdicts: fill(count, verdict), suspect: false } };
};

/**
 * One row for the whole call. A success is of all jobs; an error of one job's making leaves the call suspect. Beside a
 * status of success it may sum up what was served in part, so that a look has to tell.
 */
export const asWhole = (count: number, status: number, row: Row): Reading => {
  const isOneJobs = row.kind === 'error' && mayBeOneJobs(status, row.error);
  if (isOneJobs && count > 1 && status < 400) {
    const reason = `${row.error.code} for all at status ${status}`;
    return { ...unanswered(count, reason, status), suspect: true };
  }
  const verdict = verdictOf(status, row, 'aggregate');
  return { verdicts: new Array<Verdict>(count).fill(verdict), suspect: isOneJobs };
};

/**
 * The law of replies that name no job: rows are in the order asked, so a list of another length says nothing about
 * any job. A single row for several jobs speaks for the whole call.
 */
export const byPosition = (count: number, status: number, rows: readonly Row[]): Reading => {
  const [first] = rows;
  if (rows.length === 1 && first !== undefined && count > 1) return asWhole(count, status, first);
  if (rows.length !== count)
    return unanswered(count, `${rows.length} rows for ${count} jobs`, status);
  return { verdicts: rows.map((row) => verdictOf(status, row, 'positional')), suspect: false };
};

/**
 * The law of replies that name each job: order and extra rows mean nothing, a job without a row is unanswered, and
 * rows that contradict each other answer nothing.
 */
export const byId = (
  asked: readonly string[],
  status: number,
  rows: readonly (readonly [id: string, row: Row])[],
): Reading => {
  const found = new Map<string, Row>();
  for (const [id, row] of rows) {
    const earlier = found.get(id);
    found.set(id, earlier === undefined || agree(earlier, row) ? row : { kind: 'unreadable' });
  }
  return { verdicts: asked.map((id) => verdictOf(status, found.get(id), 'keyed')), suspect: false };
};

const agree = (a: Row, b: Row): boolean =>
  a.kind === 'error' && b.kind === 'error' ? a.error.code === b.error.code : a.kind === b.kind;
