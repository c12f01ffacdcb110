import { parseJson } from '../../shared/json/json.ts';
import type { Request } from './chronicle.ts';
import type { Deed } from './workload.ts';

/** A deed that asks for something. */
export type RequestDeed = Deed & { readonly kind: 'ask' };

/** An event counts as fresh up to this age. */
const LATE_MS = 300_000;

/** Reads a request as the way in does. A breakage may read it worse. */
export type ReadText = (text: string) => unknown;

export const readExactly: ReadText = (text) => {
  const parsed = parseJson(text);
  if (!parsed.ok) throw new Error(`a request of ours is not JSON: ${parsed.detail}`);
  return parsed.value;
};

/** The time of an event that counts as late, by the clock of the process that accepts it. */
const wishedAtOf = (time: string, isReplay: boolean, now: number): number | undefined => {
  const at = Date.parse(time);
  return now - at > (isReplay ? 0 : LATE_MS) ? at : undefined;
};

/** Equal for deliveries of one event with one wish. A direct call is different each time, which `count` tells. */
const identityOf = (
  { event, wish, text, sequence }: RequestDeed,
  after: string | undefined,
  count: () => number,
): string => {
  if (event === undefined) return `direct ${count()}`;
  const { operation, project, options, jobs } = wish;
  const deadline = /"expires_at":"([^"]*)"/.exec(text)?.[1];
  return JSON.stringify([event, operation, project, options, [...jobs], deadline, sequence, after]);
};

/** One delivery of a deed to the way in. */
export interface Delivery {
  readonly deed: RequestDeed;
  readonly time: string;
  readonly isReplay: boolean;
  /** The name of the intent that it follows. */
  readonly after: string | undefined;
}

export const payloadOf = (
  { deed, time, isReplay, after }: Delivery,
  readText: ReadText,
): unknown => {
  const more = [
    ...(after === undefined ? [] : [`"after":${JSON.stringify(after)}`]),
    ...(deed.sequence === undefined ? [] : [`"sequence":${deed.sequence}`]),
    `"correlation_id":"${deed.correlation}"`,
  ];
  const detail = readText(deed.text.replace(/\}$/, `,${more.join(',')}}`));
  if (deed.event === undefined) return detail;
  return {
    id: deed.event,
    'detail-type': 'Job Control Intent',
    source: 'test',
    time,
    ...(isReplay && { 'replay-name': 'again' }),
    detail,
  };
};

export const requestOf = (
  { deed, time, isReplay, after }: Delivery,
  beganAt: number,
  clock: () => number,
  count: () => number,
): Request => ({
  identity: identityOf(deed, after, count),
  beganAt,
  acceptedAt: clock(),
  wishedAt: deed.event === undefined ? undefined : wishedAtOf(time, isReplay, clock()),
  isDated: deed.isDated,
  isEvent: deed.event !== undefined,
  sequence: deed.sequence,
  names: [deed.correlation, deed.calls === 'event' ? deed.event : undefined].filter(
    (name) => name !== undefined,
  ),
});
