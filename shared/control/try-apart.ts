import { troubleOf } from '../json/trouble.ts';
import { makeRecords, type Records } from '../ledger/records.ts';
import { AllRequestsRefusedError } from './all-requests-refused.ts';
import type { ControlEdges, ControlLimits } from './edges.ts';
import { noteOutlived } from './note-outlived.ts';
import { noteBegin, noteEnd } from './note-trials.ts';
import { planTrials } from './plan-trials.ts';
import { type Known, readSuspects } from './read-suspects.ts';
import type { Received } from './received.ts';
import { quickDelay, retryDelay } from './retry-delay.ts';

/** Works on a batch. Resolves to the ids of the messages that stay. */
export type WorkOn<Message extends Received> = (
  batch: readonly Message[],
  limits: ControlLimits,
  remainingMs: () => number,
) => Promise<readonly string[]>;

interface Apart<Message extends Received> {
  readonly edges: ControlEdges<Message>;
  readonly limits: ControlLimits;
  readonly records: Records;
  readonly workOn: WorkOn<Message>;
  readonly remainingMs: () => number;
}

/**
 * Works on a batch, and on suspect messages after all others: see {@link planTrials}. Each trial is noted in the ledger
 * before it begins, and again at its end if a message stays. A trial that cannot be noted does not begin.
 */
export const workApart = async <Message extends Received>(
  edges: ControlEdges<Message>,
  limits: ControlLimits,
  workOn: WorkOn<Message>,
  batch: readonly Message[],
  remainingMs: () => number,
): Promise<readonly string[]> => {
  const records = openRecords(edges, limits);
  const { first, groups } = planTrials(
    await readSuspects(records, batch, { ...limits, now: edges.now() }),
  );
  const apart: Apart<Message> = { edges, limits, records, workOn, remainingMs };
  if (groups.length === 0) return workTogether(apart, batch);
  const innocent = messagesOf(first);
  const staying = await workFirst(apart, innocent, groups.flat());
  const tried = await tryGroups(apart, groups, { innocent, done: leaving(innocent, staying) });
  const all = [...staying, ...tried.staying];
  if (tried.refusal !== undefined && all.length === batch.length) throw tried.refusal;
  return all;
};

const openRecords = <Message extends Received>(
  { ledger, newId, now, log }: ControlEdges<Message>,
  { keepSeconds }: ControlLimits,
): Records => {
  const invocation = newId();
  let versions = 0;
  const newVersion = () => `${invocation}.${++versions}`;
  return makeRecords(ledger, { newVersion, now, keepSeconds, log });
};

const messagesOf = <Message extends Received>(known: readonly Known<Message>[]) =>
  known.map(({ message }) => message);

const leaving = <Message extends Received>(
  batch: readonly Message[],
  staying: readonly string[],
): readonly Message[] => {
  const stay = new Set(staying);
  return batch.filter(({ messageId }) => !stay.has(messageId));
};

/** Gives messages back untried. Resolves to their ids. */
const postpone = async <Message extends Received>(
  { edges, limits: { maxReceives } }: Apart<Message>,
  known: readonly Known<Message>[],
): Promise<readonly string[]> => {
  const oldest = Math.min(...known.map(({ acceptedAt }) => acceptedAt));
  if (known.length > 0) edges.measure?.('OldestOpenIntent', (edges.now() - oldest) / 1_000);
  edges.measure?.('GivenBack', known.length, { reason: 'untried' });
  await edges.postpone(
    known.map(({ message }) => [
      message,
      quickDelay(message, { random: edges.random(), maxReceives }),
    ]),
  );
  return known.map(({ message }) => message.messageId);
};

/** Works on messages none of which is suspect, and notes that the function outlives those that stay. */
const workTogether = async <Message extends Received>(
  { workOn, limits, remainingMs, records }: Apart<Message>,
  batch: readonly Message[],
): Promise<readonly string[]> => {
  try {
    const staying = await workOn(batch, limits, remainingMs);
    const stay = new Set(staying);
    const left = batch.filter(({ messageId }) => stay.has(messageId));
    await noteOutlived(records, left, limits);
    return staying;
  } catch (error) {
    if (error instanceof AllRequestsRefusedError) await noteOutlived(records, batch, limits);
    throw error;
  }
};

/** Works on what is not suspect. If that fails, the suspect messages come back as soon as the others. */
const workFirst = async <Message extends Received>(
  apart: Apart<Message>,
  first: readonly Message[],
  later: readonly Known<Message>[],
): Promise<readonly string[]> => {
  if (first.length === 0) return [];
  try {
    return await workTogether(apart, first);
  } catch (error) {
    await postpone(apart, later);
    throw error;
  }
};

/** What stays of trials. `refusal`: the upstream refused every request of one. */
interface Tried {
  readonly staying: readonly string[];
  readonly refusal?: AllRequestsRefusedError | undefined;
}

/** Tries the groups one after the other, while there is time for a call. */
const tryGroups = async <Message extends Received>(
  apart: Apart<Message>,
  groups: readonly (readonly Known<Message>[])[],
  before: { readonly innocent: readonly Message[]; readonly done: readonly Message[] },
): Promise<Tried> => {
  const { edges, limits, remainingMs } = apart;
  const staying: string[] = [];
  let { done } = before;
  let refusal: Tried['refusal'];
  for (const [i, group] of groups.entries()) {
    const messages = messagesOf(group);
    // An invocation with nothing else to do tries one group in any case.
    const isFirst = i === 0 && before.innocent.length === 0;
    if (!isFirst && remainingMs() < limits.msPerCall) {
      staying.push(...(await postpone(apart, group)));
      continue;
    }
    // Should the function die now, Lambda takes no message of its batch off the queue.
    await edges.remove(done);
    const tried = await tryGroup(apart, group);
    staying.push(...tried.staying);
    done = leaving(messages, tried.staying);
    refusal ??= tried.refusal;
  }
  return { staying, refusal };
};

/** Tries one group, all of it or nothing: messages for one job stay together. */
const tryGroup = async <Message extends Received>(
  apart: Apart<Message>,
  group: readonly Known<Message>[],
): Promise<Tried> => {
  const { edges, records } = apart;
  const noted = await noteBegin(records, group);
  const messages = messagesOf(group);
  if (noted.size < messages.length) {
    await noteEnd(records, noted, messages);
    return { staying: await postpone(apart, group) };
  }
  edges.log.info('messages tried apart', { messages: messages.length });
  const { staying, refusal, died } = await workOnTrial(apart, messages);
  const left = new Set(staying);
  if (!died)
    await noteEnd(
      records,
      noted,
      messages.filter(({ messageId }) => left.has(messageId)),
    );
  return { staying, refusal };
};

/** Works on one trial. An error of our own counts like the function's death, but only for this trial. */
const workOnTrial = async <Message extends Received>(
  apart: Apart<Message>,
  messages: readonly Message[],
): Promise<Tried & { readonly died: boolean }> => {
  const { edges, limits, workOn, remainingMs } = apart;
  try {
    return { staying: await workOn(messages, limits, remainingMs), died: false };
  } catch (error) {
    const ids = messages.map(({ messageId }) => messageId);
    if (error instanceof AllRequestsRefusedError)
      return { staying: ids, refusal: error, died: false };
    edges.log.warn('trial failed', { messages: ids.length, ...troubleOf(error) });
    await edges.postpone(
      messages.map((message) => [message, retryDelay(message.receiveCount, edges.random())]),
    );
    return { staying: ids, died: true };
  }
};
