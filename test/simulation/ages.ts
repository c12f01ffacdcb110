import type { QueuedIntent, Request, Step } from './chronicle.ts';

/** The most by which the clocks of the accepting processes and of the queue differ. */
const CLOCKS_MS = 100;

const timeOf = (id: string): number => Number.parseInt(id.replace('-', '').slice(0, 12), 16);

const atTime = (id: string, ms: number): string => {
  const time = ms.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}${id.slice(13)}`;
};

type Accepted = Extract<Step, { kind: 'accepted' }>;

/** An intent as the models know it: all deliveries of one event, under the id of its results. */
export interface Known {
  readonly id: string;
  /** The request that made it. */
  readonly request: Request;
  age: string;
  /** When the caller was told that the queue has it, if ever. */
  answeredAt: number | undefined;
  after: string | undefined;
  /** Whether it names a stop, also one that it does not follow in the end. */
  readonly namesStop: boolean;
  /** The age of the stop that it names, if the models cannot tell whether the ledger knew that in time. */
  mayFollow: string | undefined;
  /** Whether it names a delivery of its stop that became no intent: it may be called before the ledger knows that it follows. */
  followsLate: boolean;
  /** Every id under which it was accepted. */
  readonly ids: ReadonlySet<string>;
  /** The intents that superseded it, as its results say. */
  readonly givenUpFor: readonly string[];
  /** When the queue took the delivery that became the intent. */
  readonly sentAt: number;
  /** When its first result was published. */
  toldAt: number;
}

const queuedIn = (steps: readonly Step[]): readonly QueuedIntent[] =>
  steps.flatMap((step) => (step.kind === 'queued' ? (step.letter.intent ?? []) : []));

/** The delivery that became the intent: that with results, else that which other results name, else the first. */
const chosen = (
  queued: readonly QueuedIntent[],
  ...told: readonly { readonly has: (id: string) => boolean }[]
): QueuedIntent | undefined => {
  for (const ids of told) {
    const one = queued.find(({ intentId }) => ids.has(intentId));
    if (one !== undefined) return one;
  }
  return queued[0];
};

const ageOf = (intent: QueuedIntent): string =>
  timeOf(intent.intentId) - intent.sentAt > CLOCKS_MS
    ? atTime(intent.intentId, intent.sentAt)
    : intent.intentId;

const isNamedDirectly = (run: Known, stop: Known): boolean =>
  run.after === stop.id || [...stop.request.names].includes(run.after ?? '');

/**
 * Whether the ledger could know the named stop before the run had its result. If the stop's event became the intent of
 * another delivery than the named one, the stop must also have had its result first.
 */
const isKnownInTime = (run: Known, stop: Known): boolean =>
  isNamedDirectly(run, stop)
    ? stop.sentAt <= run.toldAt
    : stop.toldAt <= run.toldAt && !run.givenUpFor.some((id) => stop.ids.has(id));

/** A run that follows a newer stop becomes just newer than it, if the ledger knew the stop in time. Else it follows none. */
const promote = (known: readonly Known[], byName: ReadonlyMap<string, Known>): void => {
  for (const run of known) {
    const stop = byName.get(run.after ?? '');
    if (stop === undefined || stop.age <= run.age) continue;
    if (isKnownInTime(run, stop)) {
      run.age = `${stop.age}:~${run.id}`;
      run.followsLate = !isNamedDirectly(run, stop);
    } else {
      run.mayFollow = stop.age;
      run.after = undefined;
    }
  }
};

/** What results tell: when the first of each intent came, and which intents they name as newer. */
const readResults = (steps: readonly Step[]) => {
  const results = steps.flatMap((step) => (step.kind === 'published' ? [step.result] : []));
  const toldAt = new Map<string, number>();
  for (const step of steps)
    if (step.kind === 'published' && !toldAt.has(step.result.intent_id))
      toldAt.set(step.result.intent_id, step.at);
  const winners = new Set<string>(results.flatMap(({ superseded_by }) => superseded_by ?? []));
  return { results, toldAt, winners };
};

type Results = ReturnType<typeof readResults>;

/** The one intent that all deliveries of an event are. Undefined if nothing was queued. */
const knownFrom = (
  queued: readonly QueuedIntent[],
  { results, toldAt, winners }: Results,
): Known | undefined => {
  const one = chosen(queued, toldAt, winners);
  if (one === undefined) return undefined;
  const ids = new Set(queued.map(({ intentId }) => intentId));
  return {
    id: one.intentId,
    request: one.request,
    age: ageOf(one),
    answeredAt: undefined,
    after: one.after,
    namesStop: one.after !== undefined,
    mayFollow: undefined,
    followsLate: false,
    ids,
    givenUpFor: results.flatMap(({ intent_id, superseded_by: by }) =>
      by !== undefined && ids.has(intent_id) ? [by] : [],
    ),
    sentAt: one.sentAt,
    toldAt: toldAt.get(one.intentId) ?? Number.POSITIVE_INFINITY,
  };
};

/** Makes one intent of the messages of each event. `rivals`: events that have results under several ids. */
const joinDeliveries = (all: readonly QueuedIntent[], results: Results) => {
  const byName = new Map<string, Known>();
  const rivals: string[] = [];
  const intents: Known[] = [];
  for (const queued of Map.groupBy(all, ({ request }) => request.identity).values()) {
    const known = knownFrom(queued, results);
    if (known === undefined) continue;
    const told = [...known.ids].filter((id) => results.toldAt.has(id));
    if (told.length > 1) rivals.push(`one event has results as ${told.join(' and as ')}`);
    intents.push(known);
    for (const name of [...known.ids, ...queued.flatMap(({ request }) => request.names)])
      byName.set(name, known);
    const expiresAt = chosen(queued, results.toldAt, results.winners)?.expiresAt;
    // If no result tells which delivery is the intent, it may be any of them.
    const isTold = [...known.ids].some((id) => results.toldAt.has(id) || results.winners.has(id));
    const latest = Math.max(...queued.map((intent) => intent.expiresAt));
    for (const intent of queued) {
      intent.expiresAt = expiresAt ?? intent.expiresAt;
      intent.latestEnd = isTold ? intent.expiresAt : latest;
    }
  }
  return { byName, rivals, intents };
};

type Published = Extract<Step, { kind: 'published' }>;

const renameResult = (step: Published, aged: (id: string) => string): Published => {
  const { result } = step;
  const by = result.superseded_by;
  return {
    ...step,
    result: {
      ...result,
      intent_id: aged(result.intent_id) as typeof result.intent_id,
      result_id: result.result_id.replace(result.intent_id, aged(result.intent_id)),
      ...(by !== undefined && { superseded_by: aged(by) as typeof by }),
    },
  };
};

/**
 * Replaces every intent id by the age that the models give it, so that the oracles can compare intents. Nothing comes
 * from the code under test, except under which of its ids an event has its results.
 */
export const withAges = (steps: readonly Step[]) => {
  const queued = queuedIn(steps);
  const receipts = new Set(queued.map(({ intentId }) => intentId));
  const { byName, rivals, intents } = joinDeliveries(queued, readResults(steps));
  promote(intents, byName);
  const aged = (id: string): string => byName.get(id)?.age ?? id;
  for (const intent of queued) {
    intent.intentId = aged(intent.intentId);
    if (intent.after !== undefined) intent.after = aged(intent.after);
  }
  const renameAccepted = (step: Accepted): Accepted => {
    const known = byName.get(step.intentId);
    if (known?.id === step.intentId) known.answeredAt = step.at;
    const { after } = step;
    const follows = known?.after;
    const stop = after === undefined ? undefined : byName.get(after);
    // The named stop may be one delivery of an event, and its intent another. Then the age of that delivery counts no more.
    const isOther = stop !== undefined && receipts.has(after ?? '') && stop.id !== after;
    return {
      ...step,
      intentId: aged(step.intentId),
      after: after === undefined || isOther || follows === undefined ? undefined : aged(after),
    };
  };
  const renamed = steps.map((step) => {
    if (step.kind === 'accepted') return renameAccepted(step);
    return step.kind === 'published' ? renameResult(step, aged) : step;
  });
  return { steps: renamed, intents, rivals };
};
