import type { Call, Queued, WantedJob } from '../intent/plan.ts';
import type { OpenIntent, Received } from './open-intent.ts';

type OpenIntents<Message extends Received> = ReadonlyMap<string, OpenIntent<Message>>;

/** The open intents of those who ask for jobs, each once. */
export const intentsAsking = <Message extends Received>(
  openIntents: OpenIntents<Message>,
  asked: readonly WantedJob[],
): readonly OpenIntent<Message>[] => {
  const wishedBy: readonly Queued[] = asked.flatMap(({ wishedBy }) => wishedBy);
  const keys = new Set(wishedBy.map(({ part }) => part));
  return [...keys].flatMap((key) => openIntents.get(key) ?? []);
};

/** Which open intents wait for calls, and which of them for no other any more. */
export const makeProgress = <Message extends Received>(
  openIntents: OpenIntents<Message>,
  calls: readonly Call[],
) => {
  const waiting = new Map<OpenIntent<Message>, number>();
  for (const { carriers } of calls)
    for (const openIntent of intentsAsking(openIntents, carriers))
      waiting.set(openIntent, (waiting.get(openIntent) ?? 0) + 1);
  return {
    /** The open intents that wait for none. */
    uncalled: [...openIntents.values()].filter((openIntent) => !waiting.has(openIntent)),
    /** The open intents whose last call this was. To be told of each call once. */
    finishedBy: ({ carriers }: Call): readonly OpenIntent<Message>[] =>
      intentsAsking(openIntents, carriers).filter((openIntent) => {
        const left = (waiting.get(openIntent) ?? 0) - 1;
        waiting.set(openIntent, left);
        return left === 0;
      }),
  };
};
