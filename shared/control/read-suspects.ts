import { operationOf } from '../intent/intent.ts';
import { jobKeyOf } from '../ledger/job-record.ts';
import type { LedgerAnswer, RecordStore, Records } from '../ledger/records.ts';
import { type TrialRecord, trialCodec, trialKeyOf } from '../ledger/trial-record.ts';
import { jobIdOf } from '../operations/operation.ts';
import { isOnItsLastReceive } from './give-up.ts';
import type { OpenIntent } from './open-intent.ts';
import { SUSPECT_RECEIVES, type Suspect } from './plan-trials.ts';
import { readBatch } from './read-batch.ts';
import type { Received } from './received.ts';

/** A message with what the ledger knows of its trials. */
export interface Known<Message extends Received> extends Suspect {
  readonly message: Message;
  readonly answer: LedgerAnswer<TrialRecord>;
  /** When the oldest intent in it was accepted, in milliseconds since 1970. */
  readonly acceptedAt: number;
}

/** The store of trials. */
export const trialsIn = (records: Records): RecordStore<TrialRecord> => records.of(trialCodec);

const ABSENT = { kind: 'absent' } as const;

export interface SuspectLimits {
  readonly blockJobs?: number | undefined;
  readonly leaseMs: number;
  readonly maxReceives: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * A function that died of a message twice has held it for two leases at least. Before that, it came often by waiting. On its
 * last receive it is not tried apart: a trial that cannot be noted would leave its jobs without their results (promise P1).
 */
const isOften = (message: Received, { leaseMs, maxReceives, now }: SuspectLimits): boolean =>
  message.receiveCount >= SUSPECT_RECEIVES &&
  !isOnItsLastReceive(message, maxReceives) &&
  now - (message.sentAt ?? 0) >= 2 * leaseMs;

const jobKeysOf = ({ intent }: OpenIntent): readonly string[] =>
  intent.jobs.map((job) => jobKeyOf(operationOf(intent).service, intent.project_id, jobIdOf(job)));

/** Messages with what they hold. */
const readHeld = <Message extends Received>(
  batch: readonly Message[],
  limits: { readonly blockJobs?: number | undefined },
) => {
  const held = new Map<Received, OpenIntent[]>(batch.map((message) => [message, []]));
  for (const openIntent of readBatch(batch, limits).openIntents)
    for (const message of openIntent.messages) held.get(message)?.push(openIntent);
  return batch.map((message) => {
    const openIntents = held.get(message) ?? [];
    return {
      message,
      jobs: openIntents.flatMap(jobKeysOf),
      blocks: openIntents.map(({ key }) => key),
      acceptedAt: Math.min(...openIntents.map(({ intent }) => Date.parse(intent.accepted_at))),
    };
  });
};

/** Reads what the ledger knows of messages: whether an invocation has left a record of them, and how their last trial ended. */
export const readTraces = async <Message extends Received>(
  records: Records,
  messages: readonly Message[],
  limits: { readonly blockJobs?: number | undefined },
): Promise<readonly Known<Message>[]> => {
  const held = readHeld(messages, limits);
  const [trialOf, blockOf] = await Promise.all([
    trialsIn(records).read(messages.map(({ messageId }) => trialKeyOf(messageId))),
    records.blocks.read(held.flatMap(({ blocks }) => blocks)),
  ]);
  return held.map(({ blocks, ...one }) => {
    const answer = trialOf(trialKeyOf(one.message.messageId));
    return {
      ...one,
      // While the ledger does not tell, no call is made, and no message can do harm.
      isTraced:
        answer.kind === 'unreachable' || blocks.some((key) => blockOf(key).kind !== 'absent'),
      trial: answer.kind === 'found' ? answer.record : undefined,
      answer,
    };
  });
};

/**
 * Reads what is known of the messages that came often; of the others nothing is read, as none of them is suspect. Empty if
 * no message came often.
 */
export const readSuspects = async <Message extends Received>(
  records: Records,
  batch: readonly Message[],
  limits: SuspectLimits,
): Promise<readonly Known<Message>[]> => {
  const often = batch.filter((message) => isOften(message, limits));
  if (often.length === 0) return [];
  const traces = new Map<Received, Known<Message>>(
    (await readTraces(records, often, limits)).map((one) => [one.message, one]),
  );
  return readHeld(batch, limits).map(
    (one) =>
      traces.get(one.message) ?? {
        ...one,
        ...{ isTraced: true, trial: undefined, answer: ABSENT, isYoung: true },
      },
  );
};
