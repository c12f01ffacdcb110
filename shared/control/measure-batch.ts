import type { GivenBackReason, Measure } from '../json/metric.ts';
import type { Standing } from '../upstream/standing.ts';
import type { OpenIntent } from './open-intent.ts';
import type { ReadBatch } from './read-batch.ts';
import type { Received } from './received.ts';
import { isWaiting, pauseOf } from './waiting.ts';

/** What is known of a batch at its end. */
export interface EndedBatch {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The messages that come back. */
  readonly staying: readonly Received[];
  /** All that was read, also open intents of which the ledger did not tell. */
  readonly read: Pick<ReadBatch<Received>, 'openIntents' | 'later'>;
  /** The open intents that were worked on. */
  readonly worked: readonly OpenIntent[];
  readonly breakers: Standing;
}

type ByMessage = ReadonlyMap<Received, readonly OpenIntent[]>;

const byMessage = (openIntents: readonly OpenIntent[]): ByMessage => {
  const found = new Map<Received, OpenIntent[]>();
  for (const openIntent of openIntents)
    for (const message of openIntent.messages)
      found.set(message, [...(found.get(message) ?? []), openIntent]);
  return found;
};

/** When the oldest intent of a message was accepted. A message that cannot be read is as old as the queue says. */
const acceptedAt = ({ sentAt }: Received, openIntents: readonly OpenIntent[]): number =>
  Math.min(
    ...openIntents.map(({ intent }) => Date.parse(intent.accepted_at)),
    ...(openIntents.length === 0 && sentAt !== undefined ? [sentAt] : []),
  );

/** Why an open intent comes back. */
const reasonOf = ({ isSettled, record, waits }: OpenIntent): GivenBackReason => {
  if (isSettled) return record.isChanged ? 'ledger' : 'bus';
  if (pauseOf(waits) > 0) return 'paused';
  if (isWaiting(waits, 'in vain')) return 'unanswered';
  if (isWaiting(waits, 'no time')) return 'no-time';
  return isWaiting(waits, 'not before') ? 'waiting' : 'elsewhere';
};

/** The reasons, the one that tells the most first. */
const RANKED: readonly GivenBackReason[] = [
  'ledger',
  'bus',
  'paused',
  'unanswered',
  'no-time',
  'waiting',
];

/** Why a message comes back, by the open intents in it. */
const whyBack = (
  read: readonly OpenIntent[] | undefined,
  worked: readonly OpenIntent[] | undefined,
): GivenBackReason => {
  if (read === undefined) return 'dead-letters';
  if (worked === undefined) return 'ledger';
  const reasons = new Set(worked.filter((one) => !isOver(one)).map(reasonOf));
  if (reasons.size === 0) return 'dead-letters';
  return RANKED.find((reason) => reasons.has(reason)) ?? 'elsewhere';
};

/** Whether each job has its verdict, in the ledger and on the bus. */
export const isOver = ({ intent, isSettled, record }: OpenIntent): boolean =>
  isSettled && !record.isChanged && record.published.size >= intent.jobs.length;

/** Why messages come back, each with how many. */
export type GivenBack = ReadonlyMap<GivenBackReason, number>;

/** Why the messages of a batch come back. */
export const givenBackBy = ({
  staying,
  read,
  worked,
}: Omit<EndedBatch, 'at' | 'breakers'>): GivenBack => {
  const [readIn, workedIn] = [byMessage(read.openIntents), byMessage(worked)];
  const later = new Set<Received>(read.later.map(({ message }) => message));
  const why = (message: Received): GivenBackReason =>
    later.has(message) ? 'later-release' : whyBack(readIn.get(message), workedIn.get(message));
  const reasons = Map.groupBy(staying, why);
  return new Map(Array.from(reasons, ([reason, messages]) => [reason, messages.length]));
};

/** Notes what a batch left behind: how old it is, why it comes back, and which circuit breakers hold it. */
export const measureBatch = (ended: EndedBatch, givenBack: GivenBack, measure: Measure): void => {
  const { at, staying, breakers } = ended;
  const read = byMessage(ended.read.openIntents);
  const oldest = Math.min(at, ...staying.map((one) => acceptedAt(one, read.get(one) ?? [])));
  measure('OldestOpenIntent', (at - oldest) / 1_000);
  for (const [reason, messages] of givenBack) measure('GivenBack', messages, { reason });
  measure('BreakersOpen', breakers.open);
  measure('BreakerOpenSeconds', breakers.openSeconds);
  measure('BreakerWaitSeconds', breakers.waitSeconds);
};
