import type { Json } from '../json/json.ts';
import { mayBeOneJobs, verdictOfError } from './error-verdict.ts';
import type { Reply } from './reply.ts';
import { doubt } from './served.ts';
import type { Evidence, Refusal, Unanswered, Verdict } from './verdict.ts';

/** What a reply says about the jobs that were asked for. */
export interface Reading {
  /** One for each job, in the order asked. */
  readonly verdicts: readonly Verdict[];
  /**
   * The whole call was refused, perhaps because of a single job. With more than one job, ask again in halves: at once if
   * all are rejected, after a look if they are unanswered.
   */
  readonly suspect: boolean;
}

/** One row of a reply, before it is matched to a job: a success, an error, or neither. */
export type Row =
  | { readonly kind: 'success' }
  | { readonly kind: 'error'; readonly error: Refusal }
  | { readonly kind: 'unreadable' };

/** The status tells whether the request may have been served. */
const noVerdict = (reason: string, status: number): Unanswered => ({
  kind: 'unanswered',
  served: doubt(status),
  reason,
});

/**
 * What a row says of a job. At a status of error a claim of success counts only if the row has a place or an id of its
 * own: DLI sends arrays at 400 whose rows are good or bad one by one.
 */
const verdictOf = (status: number, row: Row | undefined, evidence: Evidence): Verdict => {
  switch (row?.kind) {
    case 'success': {
      const isCredible = status < 300 || (status === 400 && evidence !== 'aggregate');
      return isCredible
        ? { kind: 'delivered', evidence }
        : noVerdict(`a claim of success at status ${status}`, status);
    }
    case 'error':
      return verdictOfError(status, row.error, evidence);
    case 'unreadable':
      return noVerdict(`status ${status} and no verdict in the reply`, status);
    case undefined:
      return noVerdict('the reply does not name the job', status);
  }
};

const forAll = (count: number, verdict: Verdict): Reading => ({
  verdicts: new Array<Verdict>(count).fill(verdict),
  suspect: false,
});

/** No verdict on any of `count` jobs, all for the same reason. */
export const unanswered = (count: number, reason: string, status: number): Reading =>
  forAll(count, noVerdict(reason, status));

/** A reply of the service, opened; or, of any other reply and of silence, that there is no verdict on any job. */
export type OpenedReply =
  | { readonly kind: 'reply'; readonly status: number; readonly body: Json }
  | { readonly kind: 'none'; readonly reading: Reading };

export const openReply = (count: number, reply: Reply): OpenedReply => {
  const none = (said: Omit<Unanswered, 'kind'>): OpenedReply => ({
    kind: 'none',
    reading: forAll(count, { kind: 'unanswered', ...said }),
  });
  switch (reply.kind) {
    case 'silent':
      return none({ served: 'maybe yet', reason: reply.reason });
    case 'unsent':
      return none({ served: 'no', reason: reply.reason });
    case 'replied': {
      const { status, body, says } = reply;
      return says.intermediary === undefined
        ? { kind: 'reply', status, body }
        : none(says.intermediary);
    }
  }
};

/**
 * One row for the whole call. A success is of all jobs. An error that may be one job's leaves the call suspect. At a
 * status of success such an error may sum up a call that was served in part, so a look has to tell.
 */
export const asWhole = (count: number, status: number, row: Row): Reading => {
  const isOneJobs = row.kind === 'error' && mayBeOneJobs(status, row.error);
  if (isOneJobs && count > 1 && status < 400) {
    const reason = `${row.error.code} for all at status ${status}`;
    return { ...unanswered(count, reason, status), suspect: true };
  }
  return { ...forAll(count, verdictOf(status, row, 'aggregate')), suspect: isOneJobs };
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
