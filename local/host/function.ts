import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { errorText } from '../../shared/json/error-text.ts';
import {
  type Environment,
  type EnvironmentOptions,
  FunctionError,
  STOPPED,
  startEnvironment,
} from './environment.ts';

export interface FunctionOptions extends EnvironmentOptions {
  /** Execution environments at most; each is a thread of its own. */
  readonly environments: number;
  /** Invocations at once in one environment. Lambda has one; a front that takes many small requests may have more. */
  readonly perEnvironment: number;
}

export interface HostedFunction {
  /** Waits for a free place. Rejects with a `FunctionError` if the function throws, times out or ends. */
  readonly invoke: (event: unknown) => Promise<unknown>;
  /** Why no invocation can be served; undefined if one can. Starts an environment to find out, if none is up. */
  readonly trouble: () => Promise<string | undefined>;
  /** From now on no invocation lasts longer than to this time, in milliseconds since 1970, and the functions know. */
  readonly endBy: (at: number) => void;
  /** How many invocations had to be ended unfinished at that time. */
  readonly unfinished: () => number;
  /** Waits for the invocations under way. Later ones are refused. */
  readonly stop: () => Promise<void>;
}

/** How long a look waits for an environment that is starting. */
const START_MS = 5_000;

interface Place {
  busy: number;
  environment: Promise<Environment> | undefined;
}

/** The environments of a function, each in its place. */
const keepEnvironments = (options: FunctionOptions) => {
  const places: Place[] = Array.from({ length: options.environments }, () => ({
    busy: 0,
    environment: undefined,
  }));
  let latest: number | undefined;
  let isStopped = false;

  const running = (place: Place): Promise<Environment> => {
    let isUp = false;
    const started = startEnvironment(options, (error) => {
      if (place.environment === started) place.environment = undefined;
      if (isUp && !isStopped && error.errorType !== STOPPED)
        console.error(`${options.name}: an environment ended: ${error.message}`);
    });
    place.environment = started;
    return started.then((environment) => {
      isUp = true;
      if (latest !== undefined) environment.endBy(latest);
      return environment;
    });
  };

  return {
    running,
    /** A place with room for one more invocation. */
    free: () => places.find(({ busy }) => busy < options.perEnvironment),
    first: places[0],
    endBy: (at: number) => {
      latest = at;
      for (const { environment } of places)
        environment?.then(
          (running) => running.endBy(at),
          () => undefined,
        );
    },
    isStopped: () => isStopped,
    /** Has nothing begin any more; resolves when `underWay` is over and every thread has ended. */
    stop: async (underWay: Iterable<Promise<unknown>>) => {
      isStopped = true;
      await Promise.allSettled(underWay);
      await Promise.all(
        places.map(async ({ environment }) => (await environment?.catch(() => undefined))?.stop()),
      );
    },
  };
};

/**
 * Hosts one function as Lambda does: environments start when they are needed and are replaced when they end. Resolves
 * when the first is up, so that a function that cannot start is known at once.
 */
export const startFunction = async (options: FunctionOptions): Promise<HostedFunction> => {
  const { running, free, first, endBy, isStopped, stop } = keepEnvironments(options);
  let unfinished = 0;

  const run = async (event: unknown): Promise<unknown> => {
    if (isStopped()) throw new FunctionError(STOPPED, 'not begun, since the stack stops');
    const place = free();
    if (place === undefined) throw new Error('a function was given more than it has places for');
    place.busy += 1;
    try {
      const environment = await (place.environment ?? running(place));
      return await environment.invoke(event);
    } catch (error) {
      if (error instanceof FunctionError && error.errorType === STOPPED) unfinished += 1;
      throw error;
    } finally {
      place.busy -= 1;
    }
  };

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
    trouble: async () => {
      if (isStopped()) return 'stopped';
      if (first === undefined) return undefined;
      const isUp = (first.environment ?? running(first)).then(
        () => undefined,
        (error: unknown) => `cannot start: ${errorText(error)}`,
      );
      return Promise.race([isUp, sleep(START_MS, 'does not start', { ref: false })]);
    },
    endBy,
    unfinished: () => unfinished,
    stop: () => stop(underWay),
  };
};
