/** The clock of one history, in milliseconds since 1970. Time passes only from one event to the next. */
export interface Schedule {
  readonly now: () => number;
  readonly after: (ms: number, act: () => void) => void;
  /** Runs the events, earliest first, until none is left or `isOver` is true. */
  readonly run: (isOver: () => boolean) => Promise<void>;
}

interface Event {
  readonly time: number;
  readonly order: number;
  readonly act: () => void;
}

const isBefore = (a: Event, b: Event): boolean =>
  a.time < b.time || (a.time === b.time && a.order < b.order);

/** A binary heap. It gives the earliest event first, and of two at the same time the one that was added first. */
const makeHeap = () => {
  const events: Event[] = [];
  const swapIf = (up: number, down: number): boolean => {
    const [above, below] = [events[up], events[down]];
    if (above === undefined || below === undefined || !isBefore(below, above)) return false;
    events[up] = below;
    events[down] = above;
    return true;
  };
  const push = (event: Event): void => {
    let at = events.push(event) - 1;
    while (at > 0 && swapIf((at - 1) >> 1, at)) at = (at - 1) >> 1;
  };
  const earlierChild = (at: number): number => {
    const [left, right] = [events[2 * at + 1], events[2 * at + 2]];
    return left !== undefined && right !== undefined && isBefore(right, left)
      ? 2 * at + 2
      : 2 * at + 1;
  };
  const pop = (): Event | undefined => {
    const [first] = events;
    const last = events.pop();
    if (last === undefined || events.length === 0) return last;
    events[0] = last;
    for (let at = 0, child = earlierChild(0); swapIf(at, child); child = earlierChild(at))
      at = child;
    return first;
  };
  return { push, pop };
};

/** Immediates per refill. Node drains all microtasks between two immediates, and these cost a quarter of a whole turn. */
const AT_ONCE = 64;

/** Calls `step` in one immediate after another, until it says that it is done. Rejects if it throws. */
const repeat = (step: () => boolean): Promise<void> =>
  new Promise((resolve, reject) => {
    let left = 0;
    let isDone = false;
    const one = (): void => {
      left--;
      try {
        isDone = isDone || step();
      } catch (error) {
        isDone = true;
        reject(error);
      }
      if (left > 0) return;
      if (isDone) resolve();
      else refill();
    };
    const refill = (): void => {
      left = AT_ONCE;
      for (let i = 0; i < AT_ONCE; i++) setImmediate(one);
    };
    refill();
  });

/**
 * All waiting must happen here. Between two events the code under test awaits nothing but promises, which settle before
 * the next event. So every run of a history is the same.
 */
export const makeSchedule = (start: number): Schedule => {
  const heap = makeHeap();
  let now = start;
  let order = 0;

  const step = (): boolean => {
    const event = heap.pop();
    if (event === undefined) return true;
    now = event.time;
    event.act();
    return false;
  };
  const after = (ms: number, act: () => void): void => {
    heap.push({ time: now + Math.max(0, Math.round(ms)), order: order++, act });
  };
  return { now: () => now, after, run: (isOver) => repeat(() => isOver() || step()) };
};
