import type { Call, Invocation } from '../chronicle.ts';
import type { Climate } from '../climate.ts';
import { intentsBehind, type Oracle, sameOptions } from './oracle.ts';

/** How many jobs of an earlier call are called again. */
const sharedJobs = (call: Call, whole: Call): number => {
  const ids = new Set(whole.jobs.map(({ id }) => id));
  const isAlike =
    call.sentAt > whole.sentAt &&
    call.operation === whole.operation &&
    call.project === whole.project &&
    sameOptions(call.options, whole.options);
  return isAlike ? call.jobs.filter(({ id }) => ids.has(id)).length : 0;
};

const isPartOf = (call: Call, whole: Call): boolean => sharedJobs(call, whole) === call.jobs.length;

/** The only job that made a whole call be refused. Undefined if several did, or if the reply does not read as a refusal. */
const culpritOf = ({ refused, jobs, troubles, said }: Call): string | undefined => {
  if (!refused || jobs.length < 2 || !said.every((word) => word === 'no')) return undefined;
  const bad = jobs.filter((_, i) => troubles[i] !== undefined);
  return bad.length === 1 ? bad[0]?.id : undefined;
};

const MINUTE = 60_000;

/** When the first job of a call has no valid wish left. Nothing is begun for it from then on. */
const endOf = (call: Call): number =>
  Math.min(
    ...call.jobs.map((_, i) =>
      Math.max(...intentsBehind(call, i).map(({ expiresAt }) => expiresAt)),
    ),
  );

/** Whether isolation could go on undisturbed: no other job in trouble, every reply heard, and time enough. */
const isPlain = (root: Call, further: readonly Call[], culprit: string, callMs: number): boolean =>
  root.remainingMs >= 2 * (callMs + 5_000) &&
  endOf(root) >= root.sentAt + MINUTE &&
  further.every(
    ({ troubles, jobs, said, remainingMs }) =>
      jobs.every(({ id }, i) => (troubles[i] !== undefined) === (id === culprit)) &&
      said.every((word) => word !== 'nothing') &&
      remainingMs > 2 * (callMs + 5_000),
  );

/** So many refusals, and no job served, open the breaker of a service and project. */
const STRIKES = 3;

const serviceOf = ({ operation }: Call): string => operation.split('.')[0] ?? '';

/** Then the rest of an isolation waits. */
const hasOpenedBreaker = (root: Call, made: readonly Call[]): boolean => {
  const service = serviceOf(root);
  const ofProject = made.filter(
    (call) => call.project === root.project && serviceOf(call) === service,
  );
  const refused = ofProject.filter((call) => call.refused);
  return refused.length >= STRIKES && !ofProject.some(({ effective }) => effective);
};

/** What went wrong after a call that was refused as a whole. */
function* faultsAfter(root: Call, made: readonly Call[], climate: Climate): Iterable<string> {
  const culprit = culpritOf(root);
  if (culprit === undefined) return;
  const further = made.filter((call) => sharedJobs(call, root) > 0);
  if (!isPlain(root, further, culprit, climate.callMs) || hasOpenedBreaker(root, made)) return;
  // A page says nothing of a job, so a job that is denied by one is called once more.
  const again = climate.poison === 'a page at 403' ? 1 : 0;
  const most = 2 * Math.ceil(Math.log2(root.jobs.length)) + 1 + again;
  if (further.length > most)
    yield `call ${root.n} took ${further.length} further calls, more than ${most}`;
  for (const { id } of root.jobs) {
    const isServed = further.some(
      ({ effective, jobs, troubles }) =>
        effective && jobs.some((job, i) => job.id === id && troubles[i] === undefined),
    );
    if (id !== culprit && !isServed)
      yield `call ${root.n} was refused for ${culprit}, and ${id} was not served after it`;
  }
}

/** P7: if one job makes a whole call be refused, the others are served in the same invocation, within few further calls. */
export const badIdAlone: Oracle = {
  promise: 'P7 a bad id hurts only itself',
  *check({ steps, climate }) {
    const calls = new Map<Invocation, Call[]>();
    const endedAt = new Map<Invocation, number>();
    for (const step of steps) {
      if (step.kind === 'ended') endedAt.set(step.invocation, step.at);
      if (step.kind !== 'called') continue;
      const { invocation } = step.call;
      calls.set(invocation, [...(calls.get(invocation) ?? []), step.call]);
    }
    for (const [invocation, made] of calls) {
      if (invocation.ended !== 'returned' || invocation.faults > 0) continue;
      // If the time for calls ran out, another invocation goes on with the isolation.
      if ((endedAt.get(invocation) ?? 0) > invocation.begunAt + climate.callsForMs) continue;
      const roots = made.filter(
        (call) => !made.some((whole) => whole.refused && isPartOf(call, whole)),
      );
      for (const root of roots) yield* faultsAfter(root, made, climate);
    }
  },
};
