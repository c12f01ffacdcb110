/** One clock for a whole history. Times are milliseconds since 1970, and pass only from one event to the next. */
export interface Schedule {
  readonly now: () => number;
  readonly after: (ms: number, act: () => void) => void;
  /** Lets the events happen, earliest first, until none is left or it is over. */
  readonly run: (isOver: () => boolean) => Promise<void>;
}

interface Event {
  readonly time: number;
  readonly order: number;
  readonly act: () => void;
}

const isBefore = (a: Event, b: Event): boolean =>
  a.time < b.time || (a.time === b.time && a.order < b.order);

/** A binary heap: the earliest event first, and of two at once the one that was laid down first. */
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

/** Immediates laid down at once: Node drains all microtasks between two of them, at a quarter of a turn's cost. */
const AT_ONCE = 64;

/**
 * Everything that waits must wait here. What the code under test does between two events is promises alone, and these
 * are settled before the next event: so a history is the same each time.
 */
export const makeSchedule = (start: number): Schedule => {
  const heap = makeHeap();
  let now = start;
  let order = 0;

  const run = (isOver: () => boolean): Promise<void> =>
    new Promise((resolve, reject) => {
      let left = 0;
      let over = false;
      const step = (): void => {
        const event = isOver() ? undefined : heap.pop();
        if (event === undefined) {
          over = true;
          return;
        }
        now = event.time;
        event.act();
      };
      const one = (): void => {
        left--;
        try {
          if (!over) step();
        } catch (error) {
          over = true;
          reject(error);
        }
        if (left > 0) return;
        if (over) resolve();
        else refill();
      };
      const refill = (): void => {
        left = AT_ONCE;
        for (let i = 0; i < AT_ONCE; i++) setImmediate(one);
      };
      refill();
    });

  const after = (ms: number, act: () => void): void => {
    heap.push({ time: now + Math.max(0, Math.round(ms)), order: order++, act });
  };
  return { now: () => now, after, run };
};
