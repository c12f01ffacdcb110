import { type BreakerRecord, reasonIn, stateAt } from '../../shared/upstream/circuit-breaker.ts';
import type { KnownBreaker } from '../target/read-breakers.ts';
import { type Paint, paintWord } from './paint.ts';
import { tableOf } from './table.ts';
import { instantFrom } from './times.ts';

/** A breaker as a script reads it. `until` is ISO 8601. */
export interface ShownBreaker {
  readonly key: string;
  readonly state: 'open' | 'half-open';
  readonly service?: string | undefined;
  readonly project?: string | undefined;
  /** The operation, or `look`. Undefined: all requests of the project there. */
  readonly route?: string | undefined;
  /** The fingerprint of a credential. */
  readonly credential?: string | undefined;
  readonly until: string;
  readonly probing: boolean;
  readonly times: number;
  readonly reason?: string | undefined;
}

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
  const { until, probing, step: times } = record;
  const at = new Date(until).toISOString();
  const reason = reasonIn(record, now);
  return { key, state: kind, ...ofKey(key), until: at, probing, times, reason };
};

/** Until when it is open, in words. */
export const untilText = ({ until, probing }: BreakerRecord, now: number): string => {
  if (until <= now) return 'now: the next request is its probe';
  return probing
    ? `a probe is under way, until ${instantFrom(until, now)} at most`
    : instantFrom(until, now);
};

/** Breakers as a table. */
export const breakersTable = (
  shown: readonly (ShownBreaker & { readonly words: string })[],
  paint: Paint,
): readonly string[] =>
  tableOf(
    ['STATE', 'SERVICE', 'PROJECT', 'ROUTE', 'CREDENTIAL', 'UNTIL', 'TIMES', 'LAST REFUSAL'],
    shown.map((one) => [
      { text: one.state, paint: (word) => paintWord(paint, word) },
      one.service,
      one.project,
      one.project === undefined ? undefined : (one.route ?? 'all'),
      one.credential,
      one.words,
      String(one.times),
      one.reason,
    ]),
  );
