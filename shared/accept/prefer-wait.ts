import type { Fault } from '../json/fault.ts';

/** API Gateway ends a request after 30 seconds. */
export const MOST_WAIT_SECONDS = 25;

const RULE = `must be a whole number of seconds, of which at most ${MOST_WAIT_SECONDS} count`;

export type ReadWait =
  /** How long to wait for the verdicts. 0: not at all. */
  { readonly ok: true; readonly seconds: number } | { readonly ok: false; readonly fault: Fault };

const digits = /^\d{1,6}$/;

const capped = (text: string): ReadWait => ({
  ok: true,
  seconds: Math.min(MOST_WAIT_SECONDS, Number(text)),
});

/** The preference `wait` among others (RFC 7240 §4.3). The first one counts. A preference that cannot be read is ignored. */
const preferred = (header: string): string | undefined =>
  header
    .split(',')
    .map((part) => /^\s*wait\s*=\s*"?(\d{1,6})"?\s*(;.*)?$/i.exec(part)?.[1])
    .find((seconds) => seconds !== undefined);

/**
 * Reads how long a caller wants to wait: `?wait=20`, or `Prefer: wait=20`. The query counts before the header. A longer time
 * is cut. A query that is no number is a fault, since the caller has written it for us.
 */
export const readWait = (query: string, prefer = ''): ReadWait => {
  const asked = new URLSearchParams(query).get('wait');
  if (asked === null) return capped(preferred(prefer) ?? '0');
  return digits.test(asked)
    ? capped(asked)
    : { ok: false, fault: { pointer: 'query wait', detail: RULE } };
};
