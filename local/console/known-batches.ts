import type { SQSRecord } from 'aws-lambda';
import { type Intent, operationOf } from '../../shared/intent/intent.ts';
import { jobIdOf } from '../../shared/operations/operation.ts';
import type { Way } from './entries.ts';
import type { KnownCall } from './known-calls.ts';

/** A call as a batch shows it. */
export type CallMark = Pick<KnownCall, 'call' | 'operation' | 'project_id' | 'status' | 'fault'> & {
  readonly jobs: number;
  readonly limit: number;
};

/** One batch of messages, and what came of it. */
export interface KnownBatch {
  readonly batch: number;
  readonly at: number;
  readonly messages: number;
  /** Messages that came before. */
  readonly again: number;
  readonly intents: number;
  readonly ways: Readonly<Record<string, number>>;
  /** Distinct jobs. */
  readonly jobs: number;
  /** The calls that these intents need if the upstream takes each at once. */
  readonly fewest: number;
  /** The first of them. */
  readonly calls: readonly CallMark[];
  readonly call_count: number;
  readonly looks: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly observed: number;
  readonly back?: number;
  readonly ms?: number;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

interface Kept extends Writable<Omit<KnownBatch, 'calls' | 'outcomes' | 'ways'>> {
  ways: Record<string, number>;
  /** Intents whose way in was not known when it began. */
  unplaced: Set<string>;
  calls: CallMark[];
  outcomes: Record<string, number>;
  /** The entry that changed it last. */
  changed: number;
  /** Its jobs, while it is under way. */
  keys: Set<string>;
}

const MOST = 40;
const MOST_MARKS = 60;

/** What a batch is made of. */
export interface BatchContent {
  readonly records: readonly Pick<SQSRecord, 'attributes'>[];
  readonly intents: readonly Intent[];
  readonly fewest: number;
  readonly wayOf: (intentId: string) => Way | undefined;
}

const keyOf = (service: string, project: string, job: string): string =>
  `${service}/${project}/${job}`;

const keysIn = (intents: readonly Intent[]): Set<string> => {
  const keys = new Set<string>();
  for (const intent of intents) {
    const { service } = operationOf(intent);
    for (const job of intent.jobs) keys.add(keyOf(service, intent.project_id, jobIdOf(job)));
  }
  return keys;
};

const waysOf = ({ intents, wayOf }: BatchContent): Record<string, number> => {
  const ways: Record<string, number> = {};
  for (const id of new Set(intents.map(({ intent_id }) => intent_id))) {
    const way = wayOf(id) ?? 'queue';
    ways[way] = (ways[way] ?? 0) + 1;
  }
  return ways;
};

const unplacedIn = ({ intents, wayOf }: BatchContent): Set<string> =>
  new Set(intents.map(({ intent_id }) => intent_id).filter((id) => wayOf(id) === undefined));

/** A message may be taken from the queue before its request is answered, which tells the way in. */
const place = (one: Kept, id: string, way: Way): void => {
  const { queue = 0, ...ways } = one.ways;
  one.unplaced.delete(id);
  one.ways = { ...ways, ...(queue > 1 && { queue: queue - 1 }), [way]: (ways[way] ?? 0) + 1 };
};

const isAgain = ({ attributes }: Pick<SQSRecord, 'attributes'>): boolean =>
  Number(attributes.ApproximateReceiveCount) > 1;

const opened = (batch: number, at: number, changed: number, content: BatchContent): Kept => {
  const keys = keysIn(content.intents);
  const ways = waysOf(content);
  return {
    batch,
    at,
    changed,
    keys,
    unplaced: unplacedIn(content),
    messages: content.records.length,
    again: content.records.filter(isAgain).length,
    intents: Object.values(ways).reduce((sum, count) => sum + count, 0),
    ways,
    jobs: keys.size,
    fewest: content.fewest,
    calls: [],
    call_count: 0,
    looks: 0,
    outcomes: {},
    observed: 0,
  };
};

const shown = ({ keys: _, changed: __, unplaced: ___, ...batch }: Kept): KnownBatch => batch;

/** Which service, project and job something is about. */
export interface About {
  readonly service: string;
  readonly project: string;
  readonly job: string | undefined;
}

/** Changes of a batch by what was seen of its jobs. */
const changesOf = (change: (batch: number, apply: (one: Kept) => void) => void) => ({
  called: (batch: number, mark: CallMark): void =>
    change(batch, (one) => {
      one.call_count += 1;
      if (one.calls.length < MOST_MARKS) one.calls.push(mark);
    }),
  replied: (batch: number, { call, status }: Pick<KnownCall, 'call' | 'status'>): void =>
    change(batch, (one) => {
      one.calls = one.calls.map((mark) => (mark.call === call ? { ...mark, status } : mark));
    }),
  looked: (batch: number): void =>
    change(batch, (one) => {
      one.looks += 1;
    }),
  settled: (batch: number, outcome: string, isObserved: boolean): void =>
    change(batch, (one) => {
      one.outcomes[outcome] = (one.outcomes[outcome] ?? 0) + 1;
      if (isObserved) one.observed += 1;
    }),
  end: (batch: number, back: number, at: number): void =>
    change(batch, (one) => {
      one.back = back;
      one.ms = at - one.at;
      one.keys = new Set();
    }),
});

/** Keeps the latest batches. A call, a look or a result belongs to the batch under way that has its job. */
export const keepBatches = (changedNow: () => number) => {
  const kept: Kept[] = [];
  let count = 0;
  const change = (number: number, apply: (one: Kept) => void): void => {
    const one = kept.findLast(({ batch }) => batch === number);
    if (one === undefined) return;
    one.changed = changedNow();
    apply(one);
  };
  return {
    begin: (at: number, content: BatchContent): KnownBatch => {
      count += 1;
      const one = opened(count, at, changedNow(), content);
      kept.push(one);
      if (kept.length > MOST) kept.shift();
      return shown(one);
    },
    /** The batch under way that has this job. */
    having: ({ service, project, job = '' }: About): number | undefined =>
      kept.findLast(({ keys }) => keys.has(keyOf(service, project, job)))?.batch,
    /** The way in of an intent is known. */
    arrived: (id: string, way: Way): void => {
      const one = kept.findLast(({ unplaced }) => unplaced.has(id));
      if (one !== undefined) change(one.batch, (it) => place(it, id, way));
    },
    ...changesOf(change),
    changedSince: (id: number): readonly KnownBatch[] =>
      kept.filter(({ changed }) => changed > id).map(shown),
  };
};

export type Batches = ReturnType<typeof keepBatches>;
