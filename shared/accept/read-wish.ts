import { MOST_AHEAD_MS } from '../intent/after.ts';
import type { CloudEvent, ReadCloudEvent } from '../intent/cloud-event.ts';
import { type JobRequest, readNativeRequest } from '../intent/request.ts';
import type { Fault } from '../json/fault.ts';
import type { TraceContext } from '../json/trace-context.ts';

/** The event that a wish came in. */
export interface WishEvent {
  /** Equal for each delivery of the event, and for no other event of its sender. */
  readonly repeat: string;
  /** The id that a run may name as `after`. */
  readonly id: string;
}

export type ReadWish =
  | {
      readonly ok: true;
      readonly request: JobRequest;
      readonly event?: WishEvent;
      /** The time of a late event, in milliseconds since 1970. The wish is as old as that. */
      readonly wishedAt?: number;
      /** The trace that the intent names itself, or else the CloudEvent around it. */
      readonly trace?: TraceContext;
    }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/**
 * The time of an event if it is late, by more than clocks differ. For a fresh event it is undefined: the wish is as old as
 * its acceptance, since the clocks of senders are not to be trusted so far. A replayed event is always late.
 */
export const lateTime = (
  at: number | undefined,
  now: Date,
  isReplay = false,
): number | undefined =>
  at !== undefined && now.getTime() - at > (isReplay ? 0 : MOST_AHEAD_MS) ? at : undefined;

/** Reads a native request as of the time of its event, if that is late: its deadline may have passed since. */
export const readAsOf = (body: unknown, now: Date, wishedAt: number | undefined): ReadWish => ({
  ...readNativeRequest(body, wishedAt === undefined ? now : new Date(wishedAt)),
  ...(wishedAt !== undefined && { wishedAt }),
});

/** Equal for each delivery of one CloudEvent. */
export const repeatOf = ({ source, id }: Pick<CloudEvent, 'source' | 'id'>): string =>
  JSON.stringify(['cloudevent', source, id]);

export interface CloudEventOptions {
  readonly now: Date;
  /** Where the data stands, as a fault names it. */
  readonly dataAt: '#' | '#/data';
  /** For an event around it: its time if it is late, and whether an archive replays it. */
  readonly outerWishedAt?: number | undefined;
  readonly isReplay?: boolean;
}

/**
 * Reads the intent that a CloudEvent carries. Laws: its source and id make a repeat the same intent; its time counts as
 * that of any event; its sequence orders the intent, and its trace is that of the intent, unless the intent has its own.
 */
export const readCloudWish = (
  reading: ReadCloudEvent,
  { now, dataAt, outerWishedAt, isReplay = false }: CloudEventOptions,
): ReadWish => {
  if (!reading.ok) return reading;
  const { event } = reading;
  const { time, sequence, data, trace } = event;
  const wishedAt = time === undefined ? outerWishedAt : lateTime(time, now, isReplay);
  const wish = readAsOf(data, now, wishedAt);
  if (!wish.ok)
    return {
      ok: false,
      faults: wish.faults.map(({ pointer, detail }) => ({
        pointer: dataAt + pointer.slice('#'.length),
        detail,
      })),
    };
  const request = { ...(sequence !== undefined && { sequence }), ...wish.request };
  return {
    ...(trace !== undefined && { trace }),
    ...wish,
    request,
    event: { repeat: repeatOf(event), id: event.id },
  };
};
