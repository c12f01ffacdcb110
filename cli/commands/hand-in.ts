import { flagIn, type Options } from '../command.ts';
import { confirmed, MOST_UNASKED } from '../confirm.ts';
import { EXIT, type Exit } from '../exit.ts';
import { follow } from '../follow.ts';
import { planSteps } from '../input/plan-steps.ts';
import type { GoodRequest } from '../input/read-request.ts';
import type { Target } from '../target/target.ts';
import { clean, cleanJson } from '../text/clean.ts';
import { planLines } from '../text/plan-text.ts';
import { counted } from '../text/times.ts';
import type { World } from '../world.ts';

/** Milliseconds of `--timeout`. */
export const timeoutIn = ({ timeout }: Options): number | undefined =>
  typeof timeout === 'number' ? timeout * 1_000 : undefined;

const showPlan = async (
  world: World,
  target: Target,
  requests: readonly GoodRequest[],
  isJson: boolean,
): Promise<void> => {
  const { readCallSize } = await import('../target/call-size.ts');
  const { maxJobsPerCall, assumed } = await readCallSize(target);
  const calls = planSteps(
    requests.map(({ intent }) => intent),
    world.now(),
    maxJobsPerCall,
  );
  if (isJson) world.out(cleanJson({ calls, assumed }));
  else for (const line of planLines(calls, assumed)) world.out(line);
};

const jobsIn = (requests: readonly GoodRequest[]): number =>
  Math.max(...requests.map(({ intent }) => intent.jobs.length));

/**
 * What all commands do that hand intents in: show the plan and stop, or ask before many jobs, send, and follow. `send`
 * hands the requests in, in order, and resolves to the ids of their intents.
 */
export const handIn = async (
  world: World,
  {
    target,
    requests,
    options,
  }: {
    readonly target: Target;
    readonly requests: readonly GoodRequest[];
    readonly options: Options;
  },
  send: () => Promise<readonly string[]>,
): Promise<Exit> => {
  const isJson = flagIn(options, 'json');
  if (flagIn(options, 'plan')) {
    await showPlan(world, target, requests, isJson);
    return EXIT.done;
  }
  const jobs = jobsIn(requests);
  if (jobs > MOST_UNASKED && !flagIn(options, 'yes')) {
    const what = requests.map(({ intent }) => intent.operation).join(' and then ');
    await confirmed(world, `${what} ${counted(jobs, 'job')} on ${clean(target.name)}?`);
  }
  const ids = await send();
  if (!flagIn(options, 'watch')) return EXIT.done;
  return follow(world, target, ids, { isJson, timeoutMs: timeoutIn(options) });
};
