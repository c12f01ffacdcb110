import pLimit from 'p-limit';
import { type Attempt, type CallEdges, makeCarryOut } from './carry-out.ts';
import { retryDelay } from './core/delay.ts';
import { readMessage } from './core/intent.ts';
import { jobIdOf, type Operation } from './core/operation.ts';
import { type Carrier, cutCalls, planCalls, type Queued, type Settled } from './core/plan.ts';
import { type Result, resultOf, type Timing, timingOf, type VerdictInfo } from './core/result.ts';

/** A message as the queue gave it. */
export interface Received {
  readonly messageId: string;
  readonly body: string;
  /** How often the queue has given it, this time included. */
  readonly receiveCount: number;
}

/** What the loop does to the world. None of these throws for what the outside does: trouble is a value. */
export interface ControlEdges<Message extends Received> extends CallEdges {
  /** Tells, for each result in order, whether the bus took it. */
  readonly publish: (results: readonly Result[]) => Promise<readonly boolean[]>;
  /** Moves an unreadable message to the dead-letter queue; false if that failed. */
  readonly bury: (message: Message, reason: string) => Promise<boolean>;
  /** Makes messages come back after so many seconds. */
  readonly postpone: (messages: readonly (readonly [Message, seconds: number])[]) => Promise<void>;
  /** In [0, 1). */
  readonly random: () => number;
}

export interface ControlLimits {
  readonly maxJobsPerCall: (operation: Operation) => number;
  readonly callConcurrency: number;
  /** What a call may take and publishing its results needs: with less time left none is begun. */
  readonly msPerCall: number;
  /** How long a run waits for the stop that comes before it. */
  readonly restartDelaySeconds: number;
}

/** Handles one batch; resolves to the ids of exactly the messages that still have an unanswered job. */
export type ControlLoop<Message extends Received> = (
  batch: readonly Message[],
  remainingMs: () => number,
) => Promise<readonly string[]>;

/**
 * The way out: read → plan → call → correlate → publish → give back. Laws: a message is acknowledged only when every
 * job in it has its outcome on the bus (promise P1); what cannot be read is buried, and delays nobody (P8).
 */
export const makeControlLoop = <Message extends Received>(
  edges: ControlEdges<Message>,
  limits: ControlLimits,
): ControlLoop<Message> => {
  const carryOut = makeCarryOut(edges, limits.msPerCall);
  return async (batch, remainingMs) => {
    const open = openMessages();

    const bury = async ([message, reason]: Unreadable<Message>): Promise<void> => {
      edges.log.warn('unreadable', { message_id: message.messageId, reason });
      if (!(await edges.bury(message, reason))) open.keep(message.messageId);
    };

    const publish = async (verdicts: readonly Verdicted[]): Promise<void> => {
      const same = [...Map.groupBy(verdicts, ({ result }) => result.result_id).values()];
      const taken = await edges.publish(same.flatMap(([first]) => first?.result ?? []));
      same.forEach((waiting, i) => {
        if (!taken[i]) for (const { messageId } of waiting) open.keep(messageId);
      });
    };

    const report = (attempt: Attempt): Promise<void> => {
      open.keepAskers(unansweredOf(attempt), attempt.retryAfter);
      return publish(verdictedBy(attempt));
    };

    const { queued, unreadable } = read(batch);
    const startedAt = edges.now();
    const {
      calls: groups,
      waiting,
      settled,
    } = planCalls(queued, new Date(startedAt).toISOString());
    const calls = cutCalls(groups, limits.maxJobsPerCall);
    open.keepAskers(waiting, limits.restartDelaySeconds);
    const slots = pLimit(limits.callConcurrency);
    await Promise.all([
      ...unreadable.map(bury),
      publish(settled.map((verdict) => settledAt(timingOf(startedAt, startedAt), verdict))),
      ...calls.map((call) => slots(carryOut, call, remainingMs, report)),
    ]);

    const staying = batch.filter(({ messageId }) => open.has(messageId));
    await edges.postpone(
      staying.map((message) => {
        const wait = open.wait(message.messageId);
        return [message, retryDelay(message.receiveCount, edges.random(), wait)];
      }),
    );
    edges.log.info('batch', {
      messages: batch.length,
      unreadable: unreadable.length,
      calls: calls.length,
      settled_without_call: settled.length,
      given_back: staying.length,
      ms: edges.now() - startedAt,
    });
    return staying.map(({ messageId }) => messageId);
  };
};

/** The messages of a batch that must come back, each with the longest pause that anything asked for, in seconds. */
const openMessages = () => {
  const waits = new Map<string, number>();
  const keep = (messageId: string, seconds = 0): void => {
    waits.set(messageId, Math.max(seconds, waits.get(messageId) ?? 0));
  };
  return {
    keep,
    keepAskers: (carriers: readonly Carrier[], seconds?: number): void => {
      for (const { askers } of carriers) for (const { part } of askers) keep(part, seconds);
    },
    has: (messageId: string): boolean => waits.has(messageId),
    wait: (messageId: string): number => waits.get(messageId) ?? 0,
  };
};

type Unreadable<Message> = readonly [message: Message, reason: string];

const read = <Message extends Received>(batch: readonly Message[]) => {
  const queued: Queued[] = [];
  const unreadable: Unreadable<Message>[] = [];
  for (const message of batch) {
    const reading = readMessage(message.body);
    if (reading.ok) queued.push({ part: message.messageId, intent: reading.intent });
    else unreadable.push([message, reading.reason]);
  }
  return { queued, unreadable };
};

/** A result and a message that waits for it. */
interface Verdicted {
  readonly result: Result;
  readonly messageId: string;
}

const settledAt = (at: Timing, { asker, job_id, ...verdict }: Settled): Verdicted => ({
  result: resultOf(asker.intent, job_id, verdict, at),
  messageId: asker.part,
});

const unansweredOf = ({ call, verdicts }: Attempt): readonly Carrier[] =>
  call.carriers.filter((_, i) => (verdicts[i]?.kind ?? 'unanswered') === 'unanswered');

const verdictedBy = ({ call, verdicts, info, timing }: Attempt): readonly Verdicted[] =>
  call.carriers.flatMap(({ job, askers }, i) => {
    const verdict = verdicts[i];
    if (verdict === undefined || verdict.kind === 'unanswered') return [];
    const { kind: outcome, ...grounds } = verdict;
    const found: VerdictInfo = { outcome, ...grounds, call: info };
    return askers.map(({ intent, part }) => ({
      result: resultOf(intent, jobIdOf(job), found, timing),
      messageId: part,
    }));
  });
