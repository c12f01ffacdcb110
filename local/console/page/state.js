/** What the page knows of the stack. It is bounded, however long the page stays open. */

const MOST_BATCHES = 40;
const MOST_ENTRIES = 120;

export const state = {
  about: undefined,
  link: 'connecting',
  /** By how much the stack's clock is ahead of the page's. */
  ahead: 0,
  figures: undefined,
  batches: new Map(),
  entries: [],
  gathering: { messages: 0 },
  queue: undefined,
  waiting: [],
  behaviour: {},
};

const listeners = new Set();

/** Calls the listener after each change; returns the end of that. */
export const onChange = (listener) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const changed = () => {
  for (const listener of listeners) listener();
};

export const stackNow = () => Date.now() + state.ahead;

export const takeFrame = (frame, isFirst) => {
  if (isFirst) {
    state.batches.clear();
    state.entries = [];
  }
  state.ahead = frame.now - Date.now();
  for (const batch of frame.batches) state.batches.set(batch.batch, batch);
  for (const number of state.batches.keys()) {
    if (state.batches.size <= MOST_BATCHES) break;
    state.batches.delete(number);
  }
  state.entries = [...state.entries, ...frame.entries].slice(-MOST_ENTRIES);
  const { figures, gathering, queue, waiting, behaviour = {} } = frame;
  Object.assign(state, { figures, gathering, queue, waiting, behaviour });
  changed();
};

/** Batches that begin within this time of each other are shown as one. */
const ONE_BURST_MS = 2_500;
const MOST_IN_BURST = 4;

const add = (a, b) => {
  const sum = { ...a };
  for (const [name, n] of Object.entries(b)) sum[name] = (sum[name] ?? 0) + n;
  return sum;
};

const joined = (a, b) => ({
  ...b,
  first: a.first,
  at: a.at,
  messages: a.messages + b.messages,
  again: a.again + b.again,
  intents: a.intents + b.intents,
  ways: add(a.ways, b.ways),
  jobs: a.jobs + b.jobs,
  fewest: a.fewest + b.fewest,
  calls: [...a.calls, ...b.calls],
  call_count: a.call_count + b.call_count,
  looks: a.looks + b.looks,
  outcomes: add(a.outcomes, b.outcomes),
  observed: a.observed + b.observed,
  back: (a.back ?? 0) + (b.back ?? 0),
  ms: b.ms === undefined ? undefined : b.at + b.ms - a.at,
});

/**
 * The latest batches that brought new wishes, as one. Batches of messages that came back do not hide them. What a slow
 * machine takes in several windows is still seen together.
 */
export const latestBatch = () => {
  const all = [...state.batches.values()].filter(({ again, messages }) => again < messages);
  let burst;
  for (let i = all.length - 1; i >= Math.max(0, all.length - MOST_IN_BURST); i -= 1) {
    const one = { ...all[i], first: all[i].batch };
    if (burst !== undefined && burst.at - one.at > ONE_BURST_MS) break;
    burst = burst === undefined ? one : joined(one, burst);
  }
  return burst ?? [...state.batches.values()].at(-1);
};

const isNeutral = (value) =>
  value === false ||
  value === 0 ||
  value === null ||
  value === 'per-job' ||
  value === 'results' ||
  (typeof value === 'object' && Object.values(value).every((one) => one === 0));

/** Whether the simulator was told to make trouble. */
export const hasTrouble = () =>
  Object.values(state.behaviour).some(
    (settings) =>
      Object.entries(settings).some(
        ([name, value]) =>
          !['retryAfterSeconds', 'retryAfterAs', 'next'].includes(name) && !isNeutral(value),
      ) || (settings.next?.length ?? 0) > 0,
  );
