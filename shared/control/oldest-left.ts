import { jobIdOf } from '../operations/operation.ts';
import { type EndedBatch, isOver } from './measure-batch.ts';
import type { OpenIntent } from './open-intent.ts';

/** The oldest intent that a batch leaves open, as its log line tells it: whose it is, and a job of it to ask about. */
export interface OldestLeft {
  readonly intent_id: string;
  readonly caller: string;
  readonly operation: string;
  readonly project_id: string;
  readonly job_id: string;
  /** Seconds since it was accepted. */
  readonly age: number;
}

const acceptedAt = ({ intent }: OpenIntent): number => Date.parse(intent.accepted_at);

const jobOf = ({ intent: { jobs }, record }: OpenIntent): string => {
  const open = jobs.find((_, place) => record.isOpen(place)) ?? jobs[0];
  return open === undefined ? '' : jobIdOf(open);
};

/**
 * The oldest intent that is left open. Undefined if there is none that this release can read. If the ledger did not tell of
 * an intent, the message tells its age.
 */
export const oldestLeft = ({
  at,
  staying,
  read,
  worked,
}: Omit<EndedBatch, 'breakers'>): OldestLeft | undefined => {
  const back = new Set(staying);
  const known = new Set(worked.flatMap(({ messages }) => messages));
  const isBack = ({ messages }: OpenIntent) => messages.some((message) => back.has(message));
  const isUntold = ({ messages }: OpenIntent) => !messages.some((message) => known.has(message));
  const left = [
    ...worked.filter((one) => isBack(one) && !isOver(one)),
    ...read.openIntents.filter((one) => isBack(one) && isUntold(one)),
  ];
  const [first] = left;
  if (first === undefined) return undefined;
  const oldest = left.reduce((a, b) => (acceptedAt(b) < acceptedAt(a) ? b : a), first);
  const { intent_id, caller, operation, project_id } = oldest.intent;
  const age = Math.round((at - acceptedAt(oldest)) / 1_000);
  return { intent_id, caller, operation, project_id, job_id: jobOf(oldest), age };
};
