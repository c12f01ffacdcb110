/** Counters of the whole run. Times are in milliseconds. */
export interface Figures {
  readonly ways: Readonly<Record<string, number>>;
  readonly intents: number;
  readonly jobs: number;
  readonly refused: number;
  readonly batches: number;
  readonly calls: number;
  /** Jobs in all calls, and how many they could have held. */
  readonly call_jobs: number;
  readonly call_room: number;
  /** The calls that were needed if each was taken at once. */
  readonly fewest: number;
  readonly looks: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly observed: number;
  readonly back: number;
  /** From acceptance to the verdict, of the latest two thousand results. */
  readonly p50: number | null;
  readonly p99: number | null;
}

const LATEST = 2_000;

type Count = Exclude<keyof Figures, 'ways' | 'outcomes' | 'p50' | 'p99'>;

const quantile = (sorted: Float64Array, share: number): number | null =>
  sorted.length === 0 ? null : (sorted[Math.ceil(share * sorted.length) - 1] ?? null);

/** Keeps the counters. The latest times are kept in a ring. */
export const keepFigures = () => {
  const counts: Record<Count, number> = {
    intents: 0,
    jobs: 0,
    refused: 0,
    batches: 0,
    calls: 0,
    call_jobs: 0,
    call_room: 0,
    fewest: 0,
    looks: 0,
    observed: 0,
    back: 0,
  };
  const [ways, outcomes]: [Record<string, number>, Record<string, number>] = [{}, {}];
  const times = new Float64Array(LATEST);
  let timed = 0;
  return {
    add: (count: Count, by = 1): void => {
      counts[count] += by;
    },
    came: (way: string): void => {
      ways[way] = (ways[way] ?? 0) + 1;
    },
    settled: (outcome: string, ms: number): void => {
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      times[timed % LATEST] = ms;
      timed += 1;
    },
    now: (): Figures => {
      const sorted = times.slice(0, Math.min(timed, LATEST)).sort();
      const [p50, p99] = [quantile(sorted, 0.5), quantile(sorted, 0.99)];
      return { ...counts, ways: { ...ways }, outcomes: { ...outcomes }, p50, p99 };
    },
  };
};
