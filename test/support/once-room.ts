import { createHash } from 'node:crypto';
import { type Enqueue, makeAcceptSteps } from '../../shared/accept/accept.ts';
import { type AcceptedOnce, makeAcceptOnce } from '../../shared/accept/accept-once.ts';
import { invalid } from '../../shared/accept/problem.ts';
import type { Asked } from '../../shared/accept/ready-request.ts';
import { makeRequestMemory, type RepeatedBy } from '../../shared/accept/request-memory.ts';
import type { Intent, IntentId } from '../../shared/intent/intent.ts';
import { readMessage } from '../../shared/intent/message.ts';
import { readNativeRequest } from '../../shared/intent/request.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { makeRecords } from '../../shared/ledger/records.ts';
import { requestCodec } from '../../shared/ledger/request-record.ts';
import { keptLog } from './logs.ts';
import { memoryLedger } from './memory-ledger.ts';
import { idAt, NOW, PROJECT } from './messages.ts';

export const keyOf = (text: string): string => createHash('md5').update(text).digest('hex');

/** What befalls the effects of one request: it may wait before each, fail there, or end there for good. */
export interface Fate {
  readonly before?: (effect: 'read' | 'write' | 'queue' | 'pause') => Promise<void>;
}

/** The ledger as one request sees it. */
const ledgerWith = (ledger: Ledger, before: NonNullable<Fate['before']>): Ledger => ({
  read: async (keys) => {
    await before('read');
    return ledger.read(keys);
  },
  write: async (entry, seen) => {
    await before('write');
    return ledger.write(entry, seen);
  },
});

const instantly = async (): Promise<void> => undefined;

export interface OnceRequest extends Partial<RepeatedBy> {
  /** Another number is another body. */
  readonly body?: number;
  readonly fields?: object;
}

/** A queue in memory that takes what it is told to. */
const keepMessages = (takes: () => boolean) => {
  const messages: Intent[] = [];
  const enqueue: Enqueue = async (sent) =>
    sent.map(({ body }) => {
      const reading = readMessage(body);
      if (!reading.ok) throw new Error(reading.reason);
      const isTaken = takes();
      if (isTaken) messages.push(reading.intent);
      return isTaken;
    });
  return { messages, enqueue };
};

/** Reads a native request. What is wrong with it stands in the detail. */
const readAt = (sent: object) => (at: Date) => {
  const reading = readNativeRequest(sent, at);
  return reading.ok ? reading : { ok: false as const, problem: invalid(reading.faults) };
};

/** The way in with its memory, over a queue in memory, a ledger and a clock that the test moves. */
export const beginOnce = (ledger: Ledger = memoryLedger(), takes: () => boolean = () => true) => {
  const clock = { at: Date.parse(NOW) };
  const at = () => clock.at;
  const now = () => new Date(clock.at);
  const { messages, enqueue } = keepMessages(takes);
  let ids = 0;
  let versions = 0;
  const newVersion = () => `v${++versions}`;
  const newIntentId = () => idAt(++ids);
  const { log } = keptLog();
  const acceptOnceIn = (before: NonNullable<Fate['before']>) => {
    const seen = ledgerWith(ledger, before);
    const records = makeRecords(seen, { newVersion, now: at, keepSeconds: 86_400, log });
    const memory = makeRequestMemory(records.of(requestCodec), keyOf, at);
    const steps = makeAcceptSteps({
      enqueue: (texts) => before('queue').then(() => enqueue(texts)),
      now,
      newIntentId,
      maxMessageBytes: 262_144,
      deadlineMs: 21_600_000,
    });
    const pause = (ms: number) => {
      clock.at += ms;
      return before('pause');
    };
    return makeAcceptOnce({ ...steps, memory, keyOf, now, pause });
  };
  const ask = (request: OnceRequest, { before = instantly }: Fate = {}): Promise<AcceptedOnce> =>
    acceptOnceIn(before)(askedBy(request, newIntentId()));
  return { ask, clock, messages };
};

const askedBy = ({ body = 1, fields = {}, ...by }: OnceRequest, intentId: IntentId): Asked => {
  const caller = by.caller ?? 'bot';
  const sent = { operation: 'dli.run', project_id: PROJECT, jobs: [`${body}`], ...fields };
  const repeatedBy = { digest: keyOf(JSON.stringify(sent)), ...by, caller };
  return { origin: { caller }, repeatedBy, intentId, read: readAt(sent) };
};

/** What an answer says, in short: the id of the intent that was queued, or the status of the refusal. */
export const saidBy = (answer: AcceptedOnce): string | number =>
  answer.kind === 'queued'
    ? answer.intent.intent_id
    : answer.kind === 'refused'
      ? answer.problem.status
      : 'partly';
