import { setTimeout as sleep } from 'node:timers/promises';
import { openFlow } from './flow.ts';

/** Ways in which an answer gets lost, and whether the request was served. */
export const LOST = [
  { fault: 'reset', what: 'a lost reply, served' },
  { fault: 'error500', what: 'a server error, not served' },
  { fault: 'hangAfterEffect', what: 'a hang, served' },
  { fault: 'hangBeforeEffect', what: 'a hang, not served' },
] as const;

/** What is assumed of late effects and statuses where a repeat does no harm; runs from a savepoint wait four times as long. */
const SETTLE_SECONDS = '30';

/** Seconds from a request for one job to its verdict, where the answer of the first call is lost. */
const measureLost = async (fault: (typeof LOST)[number]['fault']): Promise<number> => {
  const flow = await openFlow({ SETTLE_SECONDS });
  flow.upstream.behave({ '*': { next: [fault] } });
  // Not among the first requests of a stack, which take longer.
  await sleep(1_000);
  const start = performance.now();
  await flow.accept(1, 1);
  await flow.settled();
  const seconds = (performance.now() - start) / 1_000;
  await flow.stop();
  return seconds;
};

/** Side by side: all that they do is wait. */
export const measureVerdicts = async (): Promise<readonly number[]> =>
  Promise.all(LOST.map(({ fault }) => measureLost(fault)));

if (import.meta.main) {
  const seconds = await measureVerdicts();
  for (const [i, { what }] of LOST.entries()) console.log(what, seconds[i]?.toFixed(1));
}
