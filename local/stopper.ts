/** Keeps what was started, to be stopped in the reverse order. */
export interface Stopper {
  readonly after: <T>(started: T, stop: (started: T) => Promise<void>) => T;
  readonly stop: () => Promise<void>;
}

export const makeStopper = (): Stopper => {
  const stops: (() => Promise<void>)[] = [];
  return {
    after: (started, stop) => {
      stops.unshift(() => stop(started));
      return started;
    },
    stop: async () => {
      for (const stop of stops.splice(0)) await stop();
    },
  };
};
