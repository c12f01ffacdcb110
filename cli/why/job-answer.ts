import { timeOf } from '../../shared/intent/intent.ts';
import type { RecordedVerdict } from '../../shared/ledger/block-record.ts';
import {
  type JobRecord,
  newestIdOf,
  type Standing,
  standingOf,
} from '../../shared/ledger/job-record.ts';
import type { KnownBreaker } from '../target/read-breakers.ts';
import type { JobFacts } from '../target/read-job-facts.ts';
import { type ShownBreaker, shownBreaker } from '../text/breaker-text.ts';

/** When a job is tried again, as far as the ledger tells. */
export type Next =
  /** It has its verdict, so it is not tried again. */
  | { readonly kind: 'settled' }
  /** No call for it was begun. */
  | { readonly kind: 'not begun'; readonly from?: number }
  /** Its deadline has passed: it expires when its message comes back. */
  | { readonly kind: 'expires' }
  /** When its message comes back, and not before `from`, in milliseconds since 1970. */
  | { readonly kind: 'again'; readonly from?: number };

/** What is known of a job, made ready to be told. */
export interface JobAnswer {
  readonly facts: JobFacts;
  readonly newest:
    | { readonly id: string; readonly operation: string; readonly at: number }
    | undefined;
  readonly standing: Standing | undefined;
  readonly verdict: RecordedVerdict | undefined;
  /** Those that are not closed. */
  readonly breakers: readonly ShownBreaker[];
  readonly next: Next;
}

/** Until when the claim itself keeps the job from being called. */
const claimedUntil = ({ claim }: JobRecord, standing: Standing): number => {
  if (standing.kind === 'live') return standing.until ?? claim.until;
  return standing.kind === 'doubtful' ? standing.until : 0;
};

/** Looks have a route of their own: while that is shut, calls go on. A credential may be another project's. */
const isBefore = ({ project, route }: ShownBreaker, operation: string | undefined): boolean =>
  project !== undefined && (route === undefined || route === operation);

const openUntil = (breakers: readonly ShownBreaker[], operation: string | undefined): number =>
  Math.max(
    0,
    ...breakers.filter((one) => isBefore(one, operation)).map(({ until }) => Date.parse(until)),
  );

const from = (at: number, now: number): { readonly from?: number } =>
  at > now ? { from: at } : {};

/** Puts together what the ledger knows of a job and of the circuit breakers before it. `now`: ms since 1970. */
export const answerFor = (
  facts: JobFacts,
  known: readonly KnownBreaker[],
  now: number,
): JobAnswer => {
  const { record, holder } = facts;
  // An idle breaker holds up no job.
  const breakers = known.flatMap((one) => shownBreaker(one, now) ?? []).filter(({ idle }) => !idle);
  const open = openUntil(breakers, record?.operation);
  const nothing = { newest: undefined, standing: undefined, verdict: undefined };
  if (record === undefined)
    return { facts, breakers, ...nothing, next: { kind: 'not begun', ...from(open, now) } };
  const { claim, operation } = record;
  const id = newestIdOf(record);
  const newest = { id, operation, at: timeOf(id) };
  const standing = standingOf(claim, holder, now);
  const verdict = holder?.verdicts[claim.index];
  const own = { facts, breakers, newest, standing, verdict };
  if (verdict !== undefined) return { ...own, next: { kind: 'settled' } };
  if (claim.expires_at !== undefined && Date.parse(claim.expires_at) <= now)
    return { ...own, next: { kind: 'expires' } };
  const at = Math.max(open, claimedUntil(record, standing));
  return { ...own, next: { kind: 'again', ...from(at, now) } };
};
