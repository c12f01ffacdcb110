import { type Records, versionIn } from '../ledger/records.ts';
import { type TrialRecord, trialKeyOf } from '../ledger/trial-record.ts';
import { type Known, trialsIn } from './read-suspects.ts';
import type { Received } from './received.ts';

/** A trial that the ledger has noted: what it says of each message, and the version of that record. */
export type NotedTrial<Message> = ReadonlyMap<Message, readonly [TrialRecord, version: string]>;

/**
 * Notes that a trial of these messages begins. Messages are left out whose note was not written: another invocation has them
 * too, or the ledger did not answer. Then the trial must not begin.
 */
export const noteBegin = async <Message extends Received>(
  records: Records,
  group: readonly Known<Message>[],
): Promise<NotedTrial<Message>> => {
  const writes = group.map(async ({ message, answer }) => {
    const { messageId, receiveCount: receives } = message;
    const note = { size: group.length, receives, ended: false };
    const [written, version] = await trialsIn(records).write(
      trialKeyOf(messageId),
      note,
      versionIn(answer),
    );
    return written === 'written' ? [[message, [note, version]] as const] : [];
  });
  return new Map((await Promise.all(writes)).flat());
};

/** Notes that the function has outlived the trial of these messages. */
export const noteEnd = async <Message extends Received>(
  records: Records,
  noted: NotedTrial<Message>,
  messages: readonly Message[],
): Promise<void> => {
  const writes = messages.map(async (message) => {
    const [note, version] = noted.get(message) ?? [];
    if (note === undefined) return;
    const ended = { ...note, ended: true };
    await trialsIn(records).write(trialKeyOf(message.messageId), ended, version);
  });
  await Promise.all(writes);
};
