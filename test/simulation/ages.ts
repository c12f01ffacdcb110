import type { Ask, Request, Step } from './chronicle.ts';

/** By so much the clocks of the way in and of the queue may differ. */
const CLOCKS_MS = 100;

const timeOf = (id: string): number => Number.parseInt(id.replace('-', '').slice(0, 12), 16);

const atTime = (id: string, ms: number): string => {
  const time = ms.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}${id.slice(13)}`;
};

type Accepted = Extract<Step, { kind: 'accepted' }>;

/** An intent as the models know it: all deliveries of one event, under the one id that its results have. */
export interface Known {
  readonly id: string;
  /** The requests that may have made it. */
  readonly request: Request;
  age: string;
  /** When the queue had all of what was accepted under that id, if that was told. */
  answeredAt: number | undefined;
  after: string | undefined;
  /** All under which it was accepted. */
  readonly ids: ReadonlySet<string>;
  /** What superseded it, as its results say. */
  readonly givenUpFor: readonly string[];
  /** When the queue took the delivery that became the intent. */
  readonly sentAt: number;
  /** When its first result was told. */
  toldAt: number;
}

const asksIn = (steps: readonly Step[]): readonly Ask[] =>
  steps.flatMap((step) => (step.kind === 'queued' ? (step.letter.ask ?? []) : []));

/** Which id an event goes by: that of its results, of all under which it was accepted; or by which others were told of it. */
const chosen = (asks: readonly Ask[], ...told: readonly ReadonlySet<string>[]): Ask | undefined => {
  for (const ids of told) {
    const one = asks.find(({ intentId }) => ids.has(intentId));
    if (one !== undefined) return one;
  }
  return asks[0];
};

const ageOf = (ask: Ask): string =>
  timeOf(ask.intentId) - ask.sentAt > CLOCKS_MS ? atTime(ask.intentId, ask.sentAt) : ask.intentId;

/**
 * Whether the ledger could know the stop that a run names before the run was over. Where the event of the stop has become the
 * intent of another delivery than the one that the run names, only if it was the stop that was over first.
 */
const isKnownInTime = (run: Known, stop: Known): boolean =>
  run.after === stop.id || [...stop.request.names].includes(run.after ?? '')
    ? stop.sentAt <= run.toldAt
    : stop.toldAt <= run.toldAt && !run.givenUpFor.some((id) => stop.ids.has(id));

/** What was to follow a stop of a higher age is just newer than that, where the ledger knew it; else it does not follow. */
const promote = (known: readonly Known[], byName: ReadonlyMap<string, Known>): void => {
  for (const run of known) {
    const stop = byName.get(run.after ?? '');
    if (stop === undefined || stop.age <= run.age) continue;
    if (isKnownInTime(run, stop)) run.age = `${stop.age}:~${run.id}`;
    else run.after = undefined;
  }
};

/**
 * Puts in place of every intent's id how old the models say that it is, so that whoever judges a history can compare them.
 * Nothing of it is taken from the code under test, but under which of its ids an event has its results.
 */
export const withAges = (steps: readonly Step[]) => {
  const results = steps.flatMap((step) => (step.kind === 'published' ? [step.result] : []));
  const toldAt = new Map<string, number>();
  for (const step of steps)
    if (step.kind === 'published' && !toldAt.has(step.result.intent_id))
      toldAt.set(step.result.intent_id, step.at);
  const published = new Set<string>(results.map(({ intent_id }) => intent_id));
  const byIdentity = Map.groupBy(asksIn(steps), ({ request }) => request.identity);
  const named = new Set<string>(results.flatMap(({ superseded_by }) => superseded_by ?? []));
  const byName = new Map<string, Known>();
  const rivals: string[] = [];
  const all: Known[] = [];
  const receipts = new Set(asksIn(steps).map(({ intentId }) => intentId));
  for (const asks of byIdentity.values()) {
    const one = chosen(asks, published, named);
    if (one === undefined) continue;
    const ids = new Set(asks.map(({ intentId }) => intentId));
    const told = [...ids].filter((id) => published.has(id));
    if (told.length > 1) rivals.push(`one event has results as ${told.join(' and as ')}`);
    const known: Known = {
      id: one.intentId,
      request: one.request,
      age: ageOf(one),
      answeredAt: undefined,
      after: one.after,
      ids,
      givenUpFor: results.flatMap(({ intent_id, superseded_by: by }) =>
        by !== undefined && ids.has(intent_id) ? [by] : [],
      ),
      sentAt: one.sentAt,
      toldAt: toldAt.get(one.intentId) ?? Number.POSITIVE_INFINITY,
    };
    all.push(known);
    for (const name of [...ids, ...asks.flatMap(({ request }) => request.names)])
      byName.set(name, known);
    for (const ask of asks) ask.expiresAt = one.expiresAt;
  }
  promote(all, byName);
  const aged = (id: string): string => byName.get(id)?.age ?? id;
  for (const ask of asksIn(steps)) {
    const known = byName.get(ask.intentId);
    if (known !== undefined) ask.intentId = known.age;
    if (ask.after !== undefined) ask.after = aged(ask.after);
  }
  const accepted = (step: Accepted): Accepted => {
    const known = byName.get(step.intentId);
    if (known?.id === step.intentId) known.answeredAt = step.at;
    const { after } = step;
    const follows = known?.after;
    const stop = after === undefined ? undefined : byName.get(after);
    // Where its event has become the intent of another delivery, the receipt tells of an age that it has no more.
    const isOther = stop !== undefined && receipts.has(after ?? '') && stop.id !== after;
    return {
      ...step,
      intentId: aged(step.intentId),
      after: after === undefined || isOther || follows === undefined ? undefined : aged(after),
    };
  };
  const renamed = steps.map((step) => {
    if (step.kind === 'accepted') return accepted(step);
    if (step.kind !== 'published') return step;
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
  });
  return { steps: renamed, intents: all, rivals };
};
