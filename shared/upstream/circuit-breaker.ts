import * as v from 'valibot';
import { parseLoosely } from '../json/json.ts';
import type { ProjectId, Service } from '../operations/operation.ts';
import type { Trouble } from '../reply/trouble.ts';
import type { Destination } from './destination.ts';
import { LONGEST_PAUSE_SECONDS } from './rate.ts';

/**
 * A circuit breaker as the ledger keeps it. There is one for each service of a project, one for each route of these, and
 * one for each credential. Without a record a breaker is closed.
 */
export interface BreakerRecord {
  /** Milliseconds since 1970: no request goes out before. 0: the breaker is closed. */
  readonly until: number;
  /** How often it opened in a row. Each time it stays open for longer. */
  readonly step: number;
  /** Refusals in a row, in one invocation or several, since it last opened for certain. */
  readonly strikes: number;
  /** It is half-open, and one invocation has the probe. The others wait until `until`. */
  readonly probing: boolean;
  /**
   * Milliseconds since 1970: when it first opened, since a request was served. Records of earlier releases have none.
   */
  readonly openedAt?: number;
  /** The last refusal was of the credential. */
  readonly ofCredential?: boolean;
  /** The last refusal said that the gateway has no such route. */
  readonly noRoute?: boolean;
  /** The last refusal in a short line, without a secret. Records of earlier releases have none. */
  readonly reason?: string;
}

export const CLOSED: BreakerRecord = { until: 0, step: 0, strikes: 0, probing: false };

/** A breaker opens for certain after so many refusals in a row: a single one may be about one job that always fails. */
export const STRIKES = 3;

export const projectBreakerKey = (service: Service, project: ProjectId): string =>
  `cool/${service}/${project}`;

/** Longer than the project's own key, so that no record of an earlier release has it. */
export const routeBreakerKey = ({ service, project, route }: Destination): string =>
  `${projectBreakerKey(service, project)}/${route}`;

/** Whether the breaker is of a list of jobs. While it is open, looks at single jobs take its place: nothing waits for it. */
export const isOfList = (key: string): boolean => /^cool\/[^/]+\/[^/]+\/list$/.test(key);

/** `fingerprint` is the credential's. */
export const credentialBreakerKey = (fingerprint: string): string => `cool/key/${fingerprint}`;

/** The state of a breaker, in the usual words. */
export type BreakerState =
  /** Requests flow. */
  | { readonly kind: 'closed' }
  /** One invocation may send one request, the probe. */
  | { readonly kind: 'half-open' }
  /** No request goes out for so many seconds. While another invocation has the probe, this one sees the breaker as open. */
  | { readonly kind: 'open'; readonly seconds: number };

const SECOND = 1_000;

const FIRST_SECONDS = 5;
const LONGEST_SECONDS = 300;

/** How long an invocation waits while another one has the probe: that takes one request. */
const PROBE_WAIT_SECONDS = 3;

export const stateAt = (record: BreakerRecord | undefined, now: number): BreakerState => {
  if (record === undefined || record.until === 0) return { kind: 'closed' };
  if (record.until <= now) return { kind: 'half-open' };
  const left = Math.ceil((record.until - now) / SECOND);
  return { kind: 'open', seconds: record.probing ? Math.min(left, PROBE_WAIT_SECONDS) : left };
};

/**
 * The part of a record that still counts. If a breaker could have been probed for five minutes, and no invocation came,
 * the next opening counts as a first one. Else a job that always fails would open an idle project's breaker for longer
 * each time.
 */
const remembered = (record: BreakerRecord, now: number): BreakerRecord =>
  now - record.until > LONGEST_SECONDS * SECOND
    ? { ...record, step: Math.min(1, record.step), strikes: 0 }
    : record;

/** Longer than the queue delays any message: when the message comes back, its last refusal is still known. */
const REASON_SECONDS = 3_600;

/** When the breaker first opened, in milliseconds since 1970, if it opens now. After an hour without a probe: now. */
const firstOpenedAt = ({ until, openedAt }: BreakerRecord, now: number): number =>
  until === 0 || now - until > REASON_SECONDS * SECOND ? now : (openedAt ?? now);

/** The last refusal. No request was served since, because the first one that is served closes the breaker. */
export const reasonIn = ({ until, reason }: BreakerRecord, now: number): string | undefined =>
  now - until > REASON_SECONDS * SECOND ? undefined : reason;

/** The record while one invocation has the probe. After `ms` without news another invocation may take it. */
export const halfOpened = (record: BreakerRecord, now: number, ms: number): BreakerRecord => ({
  ...remembered(record, now),
  until: now + ms,
  probing: true,
});

/** More than five bad signatures in a row lock a key pair for five minutes (docs/upstream.md §1). So we try seldom. */
const AUTH_SECONDS = 60;

/** A refusal that was not about the jobs of the request. */
export interface RefusalOfAll {
  readonly trouble: Trouble;
  /** Seconds. */
  readonly retryAfter?: number | undefined;
  /** One is enough to open the breaker. Otherwise it takes {@link STRIKES} in a row. */
  readonly isCertain: boolean;
  /** A short line without a secret. */
  readonly reason?: string | undefined;
}

/** What the reader of the log should check when a breaker opens. */
export const ADVICE: Readonly<Record<Trouble, string | undefined>> = {
  throttled: undefined,
  outage: 'check whether the service is up, and the endpoint in the settings',
  auth: 'check the credential of the project, and its rights there',
  'no-route': 'check whether this endpoint offers the route, and in this region',
  unreadable:
    'check the endpoint in the settings, a proxy on the way to it, and the rights of the credential',
};

/**
 * The record of a breaker that a refusal opens. The time doubles with each opening in a row that is certain or rests on
 * three strikes. The upstream's own `Retry-After` counts if it is longer.
 */
export const openedAfter = (
  record: BreakerRecord | undefined,
  { trouble, retryAfter = 0, isCertain, reason }: RefusalOfAll,
  now: number,
  /** Refusals since the record was read. */
  newStrikes = 1,
): BreakerRecord => {
  const before = remembered(record ?? CLOSED, now);
  const strikes = before.strikes + newStrikes;
  const grows = isCertain || strikes >= STRIKES;
  const step = Math.max(1, before.step + Number(grows));
  const grown = FIRST_SECONDS * 2 ** Math.min(step - 1, 10);
  const least = trouble === 'auth' && grows ? AUTH_SECONDS : 0;
  const seconds = Math.max(Math.min(LONGEST_SECONDS, grown), least, retryAfter);
  return {
    until: now + SECOND * Math.min(LONGEST_PAUSE_SECONDS, seconds),
    step,
    strikes: grows ? 0 : strikes,
    probing: false,
    openedAt: firstOpenedAt(record ?? CLOSED, now),
    ...(trouble === 'auth' && { ofCredential: true }),
    ...(trouble === 'no-route' && { noRoute: true }),
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
  openedAt: v.exactOptional(v.number()),
  ofCredential: v.exactOptional(v.boolean()),
  noRoute: v.exactOptional(v.boolean()),
  reason: v.exactOptional(v.string()),
});

export const writeBreaker = (record: BreakerRecord): string =>
  JSON.stringify({ v: VERSION, ...record });

/** Undefined if this release does not know the version of the text. */
export const readBreaker = (text: string): BreakerRecord | undefined => {
  const parsed = parseLoosely(text);
  const read = v.safeParse(schema, parsed.ok ? parsed.value : undefined);
  if (!read.success) return undefined;
  const { v: _, ...record } = read.output;
  return record;
};
