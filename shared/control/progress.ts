import type { OpenIntent } from './open-intent.ts';
import { type Call, intentsWanting } from './planned.ts';

/** Which open intents wait for calls, and for which of them the last call is over. */
export const makeProgress = (openIntents: readonly OpenIntent[], calls: readonly Call[]) => {
  const waiting = new Map<OpenIntent, number>();
  for (const { carriers } of calls)
    for (const openIntent of intentsWanting(carriers))
      waiting.set(openIntent, (waiting.get(openIntent) ?? 0) + 1);
  return {
    /** Those that wait for no call. */
    uncalled: openIntents.filter((openIntent) => !waiting.has(openIntent)),
    /** Those whose last call this was. Tell it of each call once. */
    finishedBy: ({ carriers }: Call): readonly OpenIntent[] =>
      intentsWanting(carriers).filter((openIntent) => {
        const left = (waiting.get(openIntent) ?? 0) - 1;
        waiting.set(openIntent, left);
        return left === 0;
      }),
  };
};
