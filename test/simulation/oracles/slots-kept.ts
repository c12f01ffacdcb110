import type { Call, Invocation } from '../chronicle.ts';
import type { Oracle } from './oracle.ts';

/** An invocation has at most `callConcurrency` calls of one project under way at once, also those that take a call apart. */
export const slotsKept: Oracle = {
  promise: 'a project has so many calls at once',
  *check({ steps, climate }) {
    const underWay = new Map<Invocation, Set<Call>>();
    for (const step of steps) {
      if (step.kind === 'heard') underWay.get(step.call.invocation)?.delete(step.call);
      if (step.kind !== 'called') continue;
      const { call } = step;
      const others = underWay.get(call.invocation) ?? new Set();
      underWay.set(call.invocation, others.add(call));
      const ofProject = [...others].filter(({ project }) => project === call.project);
      if (ofProject.length > climate.callConcurrency)
        yield `call ${call.n} made ${ofProject.length} of ${call.project} at once`;
    }
  },
};
