import type { Asked, Call, Queued } from '../intent/plan.ts';
import type { Part, Received } from './open-intent.ts';

type Parts<Message extends Received> = ReadonlyMap<string, Part<Message>>;

/** The parts of those who ask for jobs, each once. */
export const partsAsking = <Message extends Received>(
  parts: Parts<Message>,
  asked: readonly Asked[],
): readonly Part<Message>[] => {
  const askers: readonly Queued[] = asked.flatMap(({ askers }) => askers);
  const keys = new Set(askers.map(({ part }) => part));
  return [...keys].flatMap((key) => parts.get(key) ?? []);
};

/** Which parts wait for calls, and which of them for no other any more. */
export const makeProgress = <Message extends Received>(
  parts: Parts<Message>,
  calls: readonly Call[],
) => {
  const waiting = new Map<Part<Message>, number>();
  for (const { carriers } of calls)
    for (const part of partsAsking(parts, carriers))
      waiting.set(part, (waiting.get(part) ?? 0) + 1);
  return {
    /** The parts that wait for none. */
    uncalled: [...parts.values()].filter((part) => !waiting.has(part)),
    /** The parts whose last call this was. To be told of each call once. */
    finishedBy: ({ carriers }: Call): readonly Part<Message>[] =>
      partsAsking(parts, carriers).filter((part) => {
        const left = (waiting.get(part) ?? 0) - 1;
        waiting.set(part, left);
        return left === 0;
      }),
  };
};
