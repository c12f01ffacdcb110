import { isObject, type Json } from '../../shared/json/json.ts';
import { isOperationName } from '../../shared/operations/index.ts';
import type { Chronicle, Letter, Options, QueuedIntent, Request } from './chronicle.ts';
import { optionsIn } from './request-reading.ts';
import type { Wire } from './wire.ts';

/** A received message. Its receipt is valid until the next receive. */
export interface Handed {
  readonly messageId: string;
  readonly body: string;
  readonly receiveCount: number;
  readonly receipt: number;
  /** Milliseconds since 1970. */
  readonly sentAt: number;
}

interface Kept {
  readonly letter: Letter;
  readonly sentAt: number;
  /** Receipts up to this one are of the same letter before it was moved back. */
  readonly after: number;
  visibleAt: number;
  receives: number;
  receipt: number;
}

const optionsOf = (json: Json | undefined): Options => (isObject(json) ? optionsIn(json) : {});

/** Reads a message for the oracles. Ids are text in messages, so JSON.parse is exact. */
const readIntent = (body: string, request: Request, sentAt: number): QueuedIntent => {
  const intent: Json = JSON.parse(body);
  if (!isObject(intent) || !isOperationName(intent.operation) || !Array.isArray(intent.jobs))
    throw new Error(`what was accepted is no intent: ${body}`);
  const jobs = intent.jobs.map((job: Json): readonly [string, Options] => {
    if (!isObject(job)) return [String(job), {}];
    const { job_id, ...options } = job;
    return [String(job_id), optionsIn(options)];
  });
  return {
    intentId: String(intent.intent_id),
    operation: intent.operation,
    project: String(intent.project_id),
    options: optionsOf(intent.options),
    jobs: new Map(jobs),
    expiresAt: Date.parse(String(intent.expires_at)),
    after: [intent.after, intent.after_name].find((name) => typeof name === 'string'),
    request,
    sentAt,
  };
};

export interface QueueOptions {
  readonly visibilityMs: number;
  readonly maxReceives: number;
  /** Called when a message becomes visible. */
  readonly onVisible: () => void;
}

export type QueueModel = ReturnType<typeof makeQueueModel>;

/** The messages on the queue, each visible from some time on. */
const makeShelf = ({ schedule }: Wire, onVisible: () => void) => {
  const kept = new Map<string, Kept>();
  let receipts = 0;
  const show = (message: Kept, inMs: number): void => {
    message.visibleAt = schedule.now() + inMs;
    schedule.after(inMs, () => {
      if (kept.get(message.letter.id) === message && message.visibleAt <= schedule.now())
        onVisible();
    });
  };
  const keep = (letter: Letter, delay: number): void => {
    const fresh = { after: receipts, visibleAt: 0, receives: 0, receipt: 0 };
    const message = { letter, sentAt: schedule.now(), ...fresh };
    kept.set(letter.id, message);
    show(message, delay);
  };
  const hand = (message: Kept): readonly [Handed, Letter] => {
    message.receives++;
    message.receipt = ++receipts;
    const { letter, receives: receiveCount, receipt, sentAt } = message;
    return [{ messageId: letter.id, body: letter.body, receiveCount, receipt, sentAt }, letter];
  };
  return { kept, show, keep, hand };
};

type Shelf = ReturnType<typeof makeShelf>;

/** Receives messages as SQS does. `deadLetter` takes those that were received too often. */
const makeReceive =
  (
    { schedule, random, weather }: Wire,
    { kept, show, hand }: Shelf,
    { visibilityMs, maxReceives }: QueueOptions,
    deadLetter: (letter: Letter) => void,
  ) =>
  (most: number): readonly (readonly [Handed, Letter])[] => {
    const visible = random.shuffle(
      [...kept.values()].filter(({ visibleAt }) => visibleAt <= schedule.now()),
    );
    const handed: (readonly [Handed, Letter])[] = [];
    for (const message of visible) {
      if (handed.length >= most) break;
      if (message.receives >= maxReceives) {
        kept.delete(message.letter.id);
        deadLetter(message.letter);
        continue;
      }
      handed.push(hand(message));
      if (handed.length < most && weather.strikes('given twice in a batch'))
        handed.push(hand(message));
      show(message, weather.strikes('given twice') ? random.between(0, 30_000) : visibilityMs);
    }
    return handed;
  };

/** Deletes and postpones messages by their receipts. */
const makeReceipts = ({ schedule, random, weather }: Wire, { tell }: Chronicle, shelf: Shelf) => ({
  /** An old receipt still works, in half of the cases. A message that was moved back is a new one: no old receipt is for it. */
  remove: ({ messageId, receipt, receiveCount: receives }: Handed): void => {
    const message = shelf.kept.get(messageId);
    if (message === undefined || weather.strikes('not deleted')) return;
    if (receipt <= message.after) return;
    if (message.receipt !== receipt && random.chance(0.5)) return;
    shelf.kept.delete(messageId);
    tell({ kind: 'deleted', letter: message.letter, receives });
  },
  postpone: ({ messageId, receipt }: Handed, seconds: number): void => {
    const message = shelf.kept.get(messageId);
    if (message === undefined || weather.strikes('not postponed')) return;
    if (message.receipt === receipt && message.visibleAt > schedule.now())
      shelf.show(message, seconds * 1_000);
  },
});

/**
 * A standard SQS queue: at least once, in no order. A received message is invisible for a while. A message that was
 * received too often goes to the dead-letter queue.
 */
export const makeQueueModel = (wire: Wire, chronicle: Chronicle, options: QueueOptions) => {
  const { schedule, random, weather } = wire;
  const { tell } = chronicle;
  const shelf = makeShelf(wire, options.onVisible);
  const dead: Letter[] = [];
  let ids = 0;
  const deadLetter = (letter: Letter): void => {
    dead.push(letter);
    tell({ kind: 'redriven', letter });
  };
  return {
    isEmpty: () => shelf.kept.size === 0,
    letterOf: (id: string): Letter | undefined => shelf.kept.get(id)?.letter,
    dead,
    /** A message without a request is litter, and unreadable. */
    put: (body: string, request: Request | undefined): void => {
      const intent = request && readIntent(body, request, schedule.now());
      const letter = { id: `m${++ids}`, body, intent };
      tell({ kind: 'queued', letter });
      shelf.keep(letter, weather.strikes('delivered late') ? random.between(1_000, 120_000) : 0);
    },
    receive: makeReceive(wire, shelf, options, deadLetter),
    ...makeReceipts(wire, chronicle, shelf),
    /** A redrive, as AWS's own move task does it: dead letters go back, with a new receive count. */
    takeUpDead: (): void => {
      for (const letter of dead.splice(0)) {
        if (shelf.kept.has(letter.id)) continue;
        tell({ kind: 'taken up', letter });
        shelf.keep(letter, random.between(0, 1_000));
      }
    },
  };
};
