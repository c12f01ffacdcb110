/** Requests to one server, of which as many fail in a row as go out at once. Then the server is down, and no more need begin. */
export interface FailingStreak {
  readonly isDown: () => boolean;
  readonly note: (outcome: 'served' | 'failed') => void;
}

/** `most`: how many requests go out at once. One bad request among good ones is no streak. */
export const makeFailingStreak = (most: number): FailingStreak => {
  let failed = 0;
  return {
    isDown: () => failed >= most,
    note: (outcome) => {
      failed = outcome === 'served' ? 0 : failed + 1;
    },
  };
};
