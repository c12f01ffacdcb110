import { pack } from '../batching/pack.ts';
import { PACKED_DETAIL_TYPE, RESULT_DETAIL_TYPE, type Result } from './result.ts';

/** An event for the results bus. */
export interface ResultsEvent {
  readonly detailType: string;
  /** JSON text. */
  readonly detail: string;
  /** The places of its results in the list that was given. */
  readonly places: readonly number[];
}

export interface PackOptions {
  /** Results per event. With 1, an event is a result. With more, it holds a list of results, also if that has one alone. */
  readonly perEvent: number;
  /** Bytes of UTF-8 per event. */
  readonly maxBytes: number;
}

/** What the list takes besides its results, in bytes. */
const AROUND = Buffer.byteLength('{"results":[]}');
const COMMA = 1;

const packedOf = (
  written: readonly { readonly place: number; readonly text: string }[],
): ResultsEvent => ({
  detailType: PACKED_DETAIL_TYPE,
  detail: `{"results":[${written.map(({ text }) => text).join(',')}]}`,
  places: written.map(({ place }) => place),
});

/**
 * Turns results into events. Laws: each result is in one event, and unchanged. An event holds results of one call alone, or
 * of none.
 */
export const eventsOf = (
  results: readonly Result[],
  { perEvent, maxBytes }: PackOptions,
): readonly ResultsEvent[] => {
  if (perEvent === 1)
    return results.map((result, place) => ({
      detailType: RESULT_DETAIL_TYPE,
      detail: JSON.stringify(result),
      places: [place],
    }));
  const written = results.map((result, place) => ({
    place,
    call: result.call?.id,
    text: JSON.stringify(result),
  }));
  const bounds = { maxCount: perEvent, maxBytes: maxBytes - AROUND };
  return [...Map.groupBy(written, ({ call }) => call).values()]
    .flatMap((ofCall) => pack(ofCall, ({ text }) => Buffer.byteLength(text) + COMMA, bounds))
    .map(packedOf);
};
