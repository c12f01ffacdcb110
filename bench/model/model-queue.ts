import type { Setup } from './setup.ts';

/** Messages that came at one time. */
export interface Chunk {
  readonly at: number;
  readonly count: number;
  /** Whether they are the load's, and not the backlog's. */
  readonly isOurs: boolean;
}

/** Chunks in their order. Taking is quick however many there are. */
const openLine = () => {
  const chunks: Chunk[] = [];
  let [first, length] = [0, 0];
  return {
    length: () => length,
    add: (chunk: Chunk): void => {
      if (chunk.count > 0) chunks.push(chunk);
      length += chunk.count;
    },
    take: (most: number): Chunk[] => {
      const taken: Chunk[] = [];
      let left = most;
      for (let next = chunks[first]; left > 0 && next !== undefined; next = chunks[first]) {
        const count = Math.min(left, next.count);
        taken.push({ ...next, count });
        if (count === next.count) first += 1;
        else chunks[first] = { ...next, count: next.count - count };
        left -= count;
        length -= count;
      }
      return taken;
    },
  };
};

/** The oldest first; or, in a fair queue, the load's before the backlog of another caller. */
export const openModelQueue = ({ backlog = 0, fair = false }: Setup) => {
  const [line, behind] = [openLine(), openLine()];
  (fair ? behind : line).add({ at: 0, count: backlog, isOurs: false });
  return {
    add: (at: number, count: number): void => line.add({ at, count, isOurs: true }),
    take: (most: number): readonly Chunk[] => {
      const taken = line.take(most);
      const count = taken.reduce((sum, chunk) => sum + chunk.count, 0);
      return [...taken, ...behind.take(most - count)];
    },
    length: () => line.length() + behind.length(),
  };
};
