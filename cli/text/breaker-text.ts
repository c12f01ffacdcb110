import { type BreakerRecord, reasonIn, stateAt } from '../../shared/upstream/circuit-breaker.ts';
import type { KnownBreaker } from '../target/read-breakers.ts';
import { type Paint, paintWord } from './paint.ts';
import { tableOf } from './table.ts';
import { instantFrom } from './times.ts';

/** A breaker as a script reads it. `since` and `until` are ISO 8601. */
export interface ShownBreaker {
  readonly key: string;
  readonly state: 'open' | 'half-open';
  readonly service?: string | undefined;
  readonly project?: string | undefined;
  /** The operation, or `look`. Undefined: all requests of the project there. */
  readonly route?: string | undefined;
  /** The fingerprint of a credential. */
  readonly credential?: string | undefined;
  /** When it first opened. Records of earlier releases do not say it. */
  readonly since?: string | undefined;
  readonly until: string;
  readonly probing: boolean;
  /** It may be probed, and no request has come for so long that none waits for it: its credential was replaced, say. */
  readonly idle: boolean;
  readonly times: number;
  readonly reason?: string | undefined;
}

/** What waits for a breaker comes back when its time is over, a few minutes later at most. */
const IDLE_MS = 5 * 60_000;

const isIdle = ({ until }: BreakerRecord, now: number): boolean => now - until > IDLE_MS;

const ofKey = (key: string): Partial<ShownBreaker> => {
  const [, kind, name, route] = key.split('/');
  return kind === 'key' ? { credential: name } : { service: kind, project: name, route };
};

/** A breaker that stops requests, or lets only a probe pass. Undefined if it is closed. */
export const shownBreaker = (
  { key, record }: KnownBreaker,
  now: number,
): ShownBreaker | undefined => {
  const { kind } = stateAt(record, now);
  if (kind === 'closed') return undefined;
  const { openedAt, until, probing, step: times } = record;
  const at = new Date(until).toISOString();
  const since = openedAt === undefined ? undefined : new Date(openedAt).toISOString();
  const reason = reasonIn(record, now);
  const idle = isIdle(record, now);
  return { key, state: kind, ...ofKey(key), since, until: at, probing, idle, times, reason };
};

/** For how long it has not been closed, in words. */
export const sinceText = ({ openedAt }: BreakerRecord, now: number): string | undefined =>
  openedAt === undefined ? undefined : instantFrom(Math.min(openedAt, now - 1), now);

/** Until when it is open, in words. */
export const untilText = (record: BreakerRecord, now: number): string => {
  const { until, probing } = record;
  if (isIdle(record, now)) return 'now: no request has come since, so nothing waits for it';
  if (until <= now) return 'now: the next request is its probe';
  return probing
    ? `a probe is under way, until ${instantFrom(until, now)} at most`
    : instantFrom(until, now);
};

/** Breakers as a table. */
export const breakersTable = (
  shown: readonly (ShownBreaker & {
    readonly sinceWords: string | undefined;
    readonly untilWords: string;
  })[],
  paint: Paint,
): readonly string[] =>
  tableOf(
    [
      'STATE',
      'SERVICE',
      'PROJECT',
      'ROUTE',
      'CREDENTIAL',
      'SINCE',
      'UNTIL',
      'TIMES',
      'LAST REFUSAL',
    ],
    shown.map((one) => [
      { text: one.state, paint: (word) => paintWord(paint, word) },
      one.service,
      one.project,
      one.project === undefined ? undefined : (one.route ?? 'all'),
      one.credential,
      one.sinceWords,
      one.untilWords,
      String(one.times),
      one.reason,
    ]),
  );
