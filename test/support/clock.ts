import { NOW } from './messages.ts';

/** A clock that stands still until it is moved. */
export const startClock = () => {
  let at = Date.parse(NOW);
  return {
    now: () => at,
    pass: (ms: number) => {
      at += ms;
    },
  };
};
