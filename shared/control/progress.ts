import type { OpenIntent } from './open-intent.ts';
import { intentsWanting, type WantedJob } from './planned.ts';

/** A call, or jobs of which a look tells first whether they are called. */
interface Step {
  readonly carriers: readonly WantedJob[];
}

/** Which open intents wait for calls, and for which of them the last one is over. */
export const makeProgress = (openIntents: readonly OpenIntent[], steps: readonly Step[]) => {
  const waiting = new Map<OpenIntent, number>();
  const add = (more: readonly Step[]): void => {
    for (const { carriers } of more)
      for (const openIntent of intentsWanting(carriers))
        waiting.set(openIntent, (waiting.get(openIntent) ?? 0) + 1);
  };
  add(steps);
  return {
    add,
    /** Those that wait for no call. */
    uncalled: openIntents.filter((openIntent) => !waiting.has(openIntent)),
    /** Those whose last step this was. Tell it of each step once. */
    finishedBy: ({ carriers }: Step): readonly OpenIntent[] =>
      intentsWanting(carriers).filter((openIntent) => {
        const left = (waiting.get(openIntent) ?? 0) - 1;
        waiting.set(openIntent, left);
        return left === 0;
      }),
  };
};
