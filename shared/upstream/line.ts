import { begin, FREE, type Pace, rateOf, turnAt } from './rate.ts';
import { hindrance, type Turn } from './send.ts';

export interface LineEdges {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  readonly pause: (ms: number) => Promise<unknown>;
}

interface Waiting {
  readonly turn: Turn;
  /** Called with 0 when the turn has come, or with the milliseconds until then if that is too late. */
  readonly end: (wait: number) => void;
}

/** The requests of one project to one service that wait for their turn. They go in order. */
export interface Line {
  pace: Pace;
  readonly waiting: Waiting[];
  isMoving: boolean;
}

export const makeLine = (): Line => ({ pace: FREE, waiting: [], isMoving: false });

/** Sends away each request that would wait too long at the present pace. */
const sift = ({ pace, waiting }: Line, now: number): void => {
  const gap = 1_000 / (rateOf(pace) ?? Number.POSITIVE_INFINITY);
  const first = turnAt(pace, now);
  const staying = waiting.splice(0).filter(({ turn, end }, i) => {
    const at = first + i * gap;
    const isTooLate = at > now && hindrance(turn, at) !== undefined;
    if (isTooLate) end(at - now);
    return !isTooLate;
  });
  waiting.push(...staying);
};

/** Lets one request after another go. A gap is reckoned when it begins, so a new pace holds from the next turn on. */
const move = async (line: Line, { now, random, pause }: LineEdges): Promise<void> => {
  line.isMoving = true;
  while (line.waiting.length > 0) {
    const wait = turnAt(line.pace, now()) - now();
    if (wait > 0) {
      await pause(Math.ceil(wait));
      continue;
    }
    line.pace = begin(line.pace, now(), random());
    line.waiting.shift()?.end(0);
  }
  line.isMoving = false;
};

/** Resolves to 0 when the request has its turn, or to the milliseconds until then if that is too late. */
export const awaitTurn = (line: Line, turn: Turn, edges: LineEdges): Promise<number> => {
  const { promise, resolve } = Promise.withResolvers<number>();
  line.waiting.push({ turn, end: resolve });
  sift(line, edges.now());
  if (!line.isMoving) void move(line, edges);
  return promise;
};

/** Sets the pace of a line. Requests that would wait too long now do not wait any more. */
export const setPace = (line: Line, pace: Pace, now: number): void => {
  line.pace = pace;
  sift(line, now);
};
