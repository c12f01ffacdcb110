import * as v from 'valibot';
import { parseLoosely } from '../json/json.ts';
import type { ProjectId, Service } from '../operations/operation.ts';
import type { Closure } from '../reply/refusal.ts';
import type { Destination } from './destination.ts';
import { LONGEST_PAUSE_SECONDS } from './rate.ts';

/**
 * What is known of a way to the upstream, of one service for one project, of one route there, or of one credential, that
 * refused every request. No record: none was refused.
 */
export interface BreakerState {
  /** Milliseconds since 1970: no invocation sends anything before. 0: the way is open. */
  readonly until: number;
  /** How often it was closed in a row; the time to wait grows with it. */
  readonly step: number;
  /** Refusals in a row, in one invocation or several, since it was closed for certain. */
  readonly strikes: number;
  /** That an invocation has set out to see whether it is over: till `until` the others wait. */
  readonly probing: boolean;
  /** That it was a credential that was refused the last time. */
  readonly ofCredential?: boolean;
  /** That the gateway knew no such route the last time. */
  readonly noRoute?: boolean;
  /** What the last refusal looked like: a short line without a secret. Not in the records of earlier releases. */
  readonly reason?: string;
}

export const OPEN: BreakerState = { until: 0, step: 0, strikes: 0, probing: false };

/** Requests in a row that have to fail before a way is closed for certain: one may be a single job's, and fail for ever. */
export const STRIKES = 3;

export const wayOf = (service: Service, project: ProjectId): string => `cool/${service}/${project}`;

/** The way of one route. A longer name than the project's own, which no record of an earlier release has. */
export const wayOfRoute = ({ service, project, route }: Destination): string =>
  `${wayOf(service, project)}/${route}`;

/** `key` is the credential's fingerprint. */
export const wayOfKey = (key: string): string => `cool/key/${key}`;

/** What an invocation may do that wants to send something. */
export type Admission =
  | { readonly kind: 'open' }
  /** The cool-down is over: one alone may send one request, and see. */
  | { readonly kind: 'probe' }
  | { readonly kind: 'closed'; readonly seconds: number };

const SECOND = 1_000;

const FIRST_SECONDS = 5;
const LONGEST_SECONDS = 300;

/** How long those wait who meet a probe: it takes one request. */
const PROBE_PAUSE_SECONDS = 3;

export const admissionTo = (record: BreakerState | undefined, now: number): Admission => {
  if (record === undefined || record.until === 0) return { kind: 'open' };
  if (record.until <= now) return { kind: 'probe' };
  const left = Math.ceil((record.until - now) / SECOND);
  return { kind: 'closed', seconds: record.probing ? Math.min(left, PROBE_PAUSE_SECONDS) : left };
};

/**
 * What still counts of a record: one that ended longer ago than any is made to last, with no invocation come since, is a first one.
 * A job that fails for ever would else close an idle project for ever longer.
 */
const remembered = (record: BreakerState, now: number): BreakerState =>
  now - record.until > LONGEST_SECONDS * SECOND
    ? { ...record, step: Math.min(1, record.step), strikes: 0 }
    : record;

/** Longer than any message is postponed: what came back for its jobs the last time is known when it comes. */
const REASON_SECONDS = 3_600;

/** What the last refusal looked like. No request was served since: the first that is opens the way. */
export const reasonIn = ({ until, reason }: BreakerState, now: number): string | undefined =>
  now - until > REASON_SECONDS * SECOND ? undefined : reason;

/** The record of one who sets out: if nothing is heard of it within `ms`, another may. */
export const probeOf = (record: BreakerState, now: number, ms: number): BreakerState => ({
  ...remembered(record, now),
  until: now + ms,
  probing: true,
});

/** More than five bad signatures in a row lock a key pair for five minutes (docs/upstream.md §1): so few are tried. */
const AUTH_SECONDS = 60;

/** How a way refused. It is certain that it serves none, or too few were refused to tell. */
export interface RefusalOfAll {
  readonly closure: Closure;
  /** Seconds. */
  readonly retryAfter?: number | undefined;
  /** Whatever the number of strikes. */
  readonly isCertain: boolean;
  /** What it looked like: a short line without a secret. */
  readonly reason?: string | undefined;
}

/** What to check where a way is closed, for those who read the log. */
export const ADVICE: Readonly<Record<Closure, string | undefined>> = {
  throttled: undefined,
  outage: undefined,
  auth: 'check the credential of the project, and its rights there',
  'no-route': 'check whether this endpoint offers the route, and in this region',
  unreadable:
    'check the endpoint in the settings, a proxy on the way to it, and the rights of the credential',
};

/**
 * The record after a refusal of all: each closure in a row that is certain, or rests on three strikes, doubles the
 * wait, and the upstream's own wish goes before it where it is longer. In a row they are no more after five minutes in
 * which no invocation came.
 */
export const openedAfter = (
  record: BreakerState | undefined,
  { closure, retryAfter = 0, isCertain, reason }: RefusalOfAll,
  now: number,
  /** Since the record was read. */
  newStrikes = 1,
): BreakerState => {
  const before = remembered(record ?? OPEN, now);
  const strikes = before.strikes + newStrikes;
  const grows = isCertain || strikes >= STRIKES;
  const step = Math.max(1, before.step + Number(grows));
  const grown = FIRST_SECONDS * 2 ** Math.min(step - 1, 10);
  const least = closure === 'auth' && grows ? AUTH_SECONDS : 0;
  const seconds = Math.max(Math.min(LONGEST_SECONDS, grown), least, retryAfter);
  return {
    until: now + SECOND * Math.min(LONGEST_PAUSE_SECONDS, seconds),
    step,
    strikes: grows ? 0 : strikes,
    probing: false,
    ...(closure === 'auth' && { ofCredential: true }),
    ...(closure === 'no-route' && { noRoute: true }),
    ...(reason !== undefined && { reason }),
  };
};

const VERSION = 1;

const schema = v.object({
  v: v.literal(VERSION),
  until: v.number(),
  step: v.number(),
  strikes: v.optional(v.number(), 0),
  probing: v.boolean(),
  ofCredential: v.exactOptional(v.boolean()),
  noRoute: v.exactOptional(v.boolean()),
  reason: v.exactOptional(v.string()),
});

export const writeBreaker = (record: BreakerState): string =>
  JSON.stringify({ v: VERSION, ...record });

/** Undefined if the text is of a version that is not known here. */
export const readBreaker = (text: string): BreakerState | undefined => {
  const parsed = parseLoosely(text);
  const read = v.safeParse(schema, parsed.ok ? parsed.value : undefined);
  if (!read.success) return undefined;
  const { v: _, ...record } = read.output;
  return record;
};
