import type { EventBridgeEvent } from 'aws-lambda';
import * as v from 'valibot';
import { isObject, type JsonObject, nestsAtMost } from '../../shared/json/json.ts';

/** An event as rules, targets and listeners see it: EventBridge's full envelope. */
export type BusEvent = EventBridgeEvent<string, JsonObject>;

/** The account that every embedded resource belongs to. */
export const ACCOUNT = '000000000000';

const text = v.nullish(v.string());

/** The furthest a JavaScript date reaches, in seconds. */
const LAST_SECOND = 8.64e12;
const seconds = v.pipe(v.number(), v.minValue(-LAST_SECOND), v.maxValue(LAST_SECOND));

/** PutEvents' body on the wire (AWS JSON 1.1, so that `Time` is in seconds since the epoch). */
export const putEventsSchema = v.object({
  Entries: v.array(
    v.object({
      EventBusName: text,
      Source: text,
      DetailType: text,
      Detail: text,
      Time: v.nullish(seconds),
      Resources: v.nullish(v.array(v.string())),
    }),
  ),
});

export type Entry = v.InferOutput<typeof putEventsSchema>['Entries'][number];

/** One entry's line in PutEvents' answer. */
export type EntryResult =
  | { readonly EventId: string }
  | { readonly ErrorCode: string; readonly ErrorMessage: string };

const bytesOf = (value: string | null | undefined): number => Buffer.byteLength(value ?? '');

/** AWS's own formula, in bytes: 14 for a time, the rest in UTF-8. Source: "Calculating PutEvents event entry size". */
const entryBytes = (entry: Entry): number =>
  (typeof entry.Time === 'number' ? 14 : 0) +
  bytesOf(entry.Source) +
  bytesOf(entry.DetailType) +
  bytesOf(entry.Detail) +
  (entry.Resources ?? []).reduce((sum, resource) => sum + bytesOf(resource), 0);

/** Why a request is refused as a whole (a ValidationException); undefined if it is not. */
export const faultOfRequest = (entries: readonly Entry[], maxBytes: number): string | undefined => {
  const lengthFault = (bound: string) =>
    `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length ${bound}`;
  if (entries.length < 1) return lengthFault('greater than or equal to 1');
  if (entries.length > 10) return lengthFault('less than or equal to 10');
  const bytes = entries.reduce((sum, entry) => sum + entryBytes(entry), 0);
  return bytes > maxBytes
    ? 'Total size of the entries in the request is over the limit.'
    : undefined;
};

const missing = (name: string): EntryResult => ({
  ErrorCode: 'InvalidArgument',
  ErrorMessage: `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
});

/** What nests deeper can be parsed but not written again. */
const MAX_DEPTH = 1_000;

const parseDetail = (detail: string): JsonObject | undefined => {
  try {
    const value: unknown = JSON.parse(detail);
    return isObject(value) && nestsAtMost(value, MAX_DEPTH) ? value : undefined;
  } catch {
    return undefined;
  }
};

/**
 * Law: an entry becomes either an event, its detail parsed once, or its own failure; it never spoils its neighbours.
 * Numbers are read as the Lambda runtime reads them, so an integer beyond 2^53 is rounded: senders use strings.
 */
export const readEntry = (
  entry: Entry,
  stamp: { readonly id: string; readonly now: Date; readonly region: string },
): BusEvent | EntryResult => {
  if (!entry.Source) return missing('Source');
  if (!entry.DetailType) return missing('DetailType');
  if (!entry.Detail) return missing('Detail');
  if (entry.Source.startsWith('aws.')) {
    return {
      ErrorCode: 'NotAuthorizedForSourceException',
      ErrorMessage: 'Not authorized for the source.',
    };
  }
  const detail = parseDetail(entry.Detail);
  if (detail === undefined) {
    return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  }
  const time = typeof entry.Time === 'number' ? new Date(entry.Time * 1000) : stamp.now;
  return {
    version: '0',
    id: stamp.id,
    'detail-type': entry.DetailType,
    source: entry.Source,
    account: ACCOUNT,
    time: `${time.toISOString().slice(0, 19)}Z`,
    region: stamp.region,
    resources: entry.Resources ?? [],
    detail,
  };
};
