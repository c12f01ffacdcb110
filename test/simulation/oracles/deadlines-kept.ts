import { SKEW_MS } from './nothing-stale.ts';
import { intentsBehind, type Oracle } from './oracle.ts';

/** No call carries out an intent after its deadline. */
export const deadlinesKept: Oracle = {
  promise: 'deadlines are kept',
  *check({ steps }) {
    for (const step of steps) {
      if (step.kind !== 'called') continue;
      const { call } = step;
      for (const [place, { id }] of call.jobs.entries()) {
        const behind = intentsBehind(call, place);
        const isOver =
          behind.length > 0 &&
          behind.every(
            ({ expiresAt, latestEnd = expiresAt }) => latestEnd + SKEW_MS <= call.sentAt,
          );
        if (isOver) yield `call ${call.n} carried out ${id} past every deadline`;
      }
    }
  },
};
