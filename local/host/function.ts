import pLimit from 'p-limit';
import { type Environment, type EnvironmentOptions, startEnvironment } from './environment.ts';

export interface FunctionOptions extends EnvironmentOptions {
  /** Execution environments at most; each is a thread of its own. */
  readonly environments: number;
  /** Invocations at once in one environment. Lambda has one; a front that takes many small requests may have more. */
  readonly perEnvironment: number;
}

export interface HostedFunction {
  /** Waits for a free place. Rejects with a `FunctionError` if the function throws, times out or ends. */
  readonly invoke: (event: unknown) => Promise<unknown>;
  /** Waits for the invocations under way. */
  readonly stop: () => Promise<void>;
}

interface Place {
  busy: number;
  environment: Promise<Environment> | undefined;
}

/**
 * Hosts one function as Lambda does: environments start when they are needed and are replaced when they end. Resolves
 * when the first is up, so that a function that cannot start is known at once.
 */
export const startFunction = async (options: FunctionOptions): Promise<HostedFunction> => {
  const places: Place[] = Array.from({ length: options.environments }, () => ({
    busy: 0,
    environment: undefined,
  }));
  const running = (place: Place): Promise<Environment> => {
    const started = startEnvironment(options, () => {
      if (place.environment === started) place.environment = undefined;
    });
    place.environment = started;
    return started;
  };

  const run = async (event: unknown): Promise<unknown> => {
    const place = places.find(({ busy }) => busy < options.perEnvironment);
    if (place === undefined) throw new Error('a function was given more than it has places for');
    place.busy += 1;
    try {
      const environment = await (place.environment ?? running(place));
      return await environment.invoke(event);
    } finally {
      place.busy -= 1;
    }
  };

  const [first] = places;
  if (first !== undefined) await running(first);
  const slots = pLimit(options.environments * options.perEnvironment);
  const underWay = new Set<Promise<unknown>>();
  return {
    invoke: (event) => {
      const invocation = slots(run, event);
      underWay.add(invocation);
      const done = () => underWay.delete(invocation);
      invocation.then(done, done);
      return invocation;
    },
    stop: async () => {
      await Promise.allSettled(underWay);
      await Promise.all(places.map(async ({ environment }) => (await environment)?.stop()));
    },
  };
};
