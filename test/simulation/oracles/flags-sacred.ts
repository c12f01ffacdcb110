import { intentsBehind, type Oracle } from './oracle.ts';

/** P5 and P9: every job of a call was asked for, digit for digit, with just these options. */
export const flagsSacred: Oracle = {
  promise: 'P5 flags are sacred',
  *check({ steps }) {
    for (const step of steps) {
      if (step.kind !== 'called') continue;
      const { call } = step;
      for (const [place, { id }] of call.jobs.entries())
        if (intentsBehind(call, place).length === 0)
          yield `call ${call.n} sent ${id} with ${JSON.stringify(call.options)}, and nobody asked for that`;
    }
  },
};
