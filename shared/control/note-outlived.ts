import { type Records, versionIn } from '../ledger/records.ts';
import { trialKeyOf } from '../ledger/trial-record.ts';
import { isOnItsLastReceive } from './give-up.ts';
import { isSuspect, SUSPECT_RECEIVES } from './plan-trials.ts';
import { readTraces, trialsIn } from './read-suspects.ts';
import type { Received } from './received.ts';

/** Whether a message may become suspect on its next receive. That receive is the third, or an even one. */
const mayBeNoted = ({ receiveCount }: Received): boolean =>
  receiveCount === SUSPECT_RECEIVES - 1 ||
  (receiveCount >= SUSPECT_RECEIVES && receiveCount % 2 === 1);

/**
 * Notes that the function has outlived messages that stay on the queue, if they would be suspect on their next receive. A
 * message may come often because it waits, as a run does for its stop. Law: a message that the function never died of is not
 * tried apart, as that could cost a call more. So a message that waits costs one write each time that its receives double.
 */
export const noteOutlived = async (
  records: Records,
  staying: readonly Received[],
  limits: { readonly blockJobs?: number | undefined; readonly maxReceives: number },
): Promise<void> => {
  const due = staying.filter(
    (message) => mayBeNoted(message) && !isOnItsLastReceive(message, limits.maxReceives),
  );
  if (due.length === 0) return;
  const traces = await readTraces(records, due, limits);
  await Promise.all(
    traces.map(async (trace) => {
      const { message, answer } = trace;
      const next = { ...message, receiveCount: message.receiveCount + 1 };
      if (!isSuspect({ ...trace, message: next })) return;
      const note = { size: staying.length, receives: message.receiveCount, ended: true };
      await trialsIn(records).write(trialKeyOf(message.messageId), note, versionIn(answer));
    }),
  );
};
