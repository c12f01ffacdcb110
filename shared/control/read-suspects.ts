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

/**
 * Reads what is known of the messages that came often; of the others nothing is read, as none of them is suspect. Empty if
 * no message came often.
 */
export const readSuspects = async <Message extends Received>(
  records: Records,
  batch: readonly Message[],
  limits: SuspectLimits,
): Promise<readonly Known<Message>[]> => {
  const isSuspicious = (message: Message) => isOften(message, limits);
  const often = batch.filter(isSuspicious);
  if (often.length === 0) return [];
  const intentsIn = new Map<Received, OpenIntent[]>(batch.map((message) => [message, []]));
  for (const openIntent of readBatch(batch, limits).openIntents)
    for (const message of openIntent.messages) intentsIn.get(message)?.push(openIntent);
  const blocksIn = (message: Message) => (intentsIn.get(message) ?? []).map(({ key }) => key);
  const [trialOf, blockOf] = await Promise.all([
    trialsIn(records).read(often.map(({ messageId }) => trialKeyOf(messageId))),
    records.blocks.read(often.flatMap(blocksIn)),
  ]);
  return batch.map((message) => {
    const answer = isSuspicious(message) ? trialOf(trialKeyOf(message.messageId)) : ABSENT;
    return {
      message,
      jobs: (intentsIn.get(message) ?? []).flatMap(jobKeysOf),
      // While the ledger does not tell, no call is made, and no message can do harm.
      isTraced:
        !isSuspicious(message) ||
        answer.kind === 'unreachable' ||
        blocksIn(message).some((key) => blockOf(key).kind !== 'absent'),
      trial: answer.kind === 'found' ? answer.record : undefined,
      answer,
      isYoung: !isSuspicious(message),
      acceptedAt: Math.min(
        ...(intentsIn.get(message) ?? []).map(({ intent }) => Date.parse(intent.accepted_at)),
      ),
    };
  });
};
