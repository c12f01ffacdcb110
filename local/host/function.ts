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

/** How long a health check waits for an environment that is starting. */
const START_MS = 5_000;

interface Place {
  busy: number;
  environment: Promise<Environment> | undefined;
}

interface State {
  /** No invocation lasts longer than to this time, in milliseconds since 1970. */
  latest?: number;
  isStopped: boolean;
  /** Invocations that had begun and were cut off. */
  unfinished: number;
}

/** The places of a function, and the environments that run in them. */
const keepEnvironments = (options: FunctionOptions) => {
  const places: Place[] = Array.from({ length: options.environments }, () => ({
    busy: 0,
    environment: undefined,
  }));
  const state: State = { isStopped: false, unfinished: 0 };

  const start = (place: Place): Promise<Environment> => {
    let isUp = false;
    const started = startEnvironment(options, (error) => {
      if (place.environment === started) place.environment = undefined;
      if (isUp && !state.isStopped && error.errorType !== STOPPED)
        console.error(`${options.name}: an environment ended: ${error.message}`);
    });
    place.environment = started;
    return started.then((environment) => {
      isUp = true;
      if (state.latest !== undefined) environment.endBy(state.latest);
      return environment;
    });
  };

  return {
    places,
    state,
    /** The environment of a place; a new one if it has none. */
    in: (place: Place): Promise<Environment> => place.environment ?? start(place),
    /** A place with room for one more invocation. */
    free: () => places.find(({ busy }) => busy < options.perEnvironment),
  };
};

type Environments = ReturnType<typeof keepEnvironments>;

const endAllBy = ({ places, state }: Environments, at: number): void => {
  state.latest = at;
  for (const { environment } of places)
    environment?.then(
      (running) => running.endBy(at),
      () => undefined,
    );
};

/** Lets no invocation begin; resolves when those under way are over and every thread has ended. */
const stopAll = async (
  { places, state }: Environments,
  underWay: Iterable<Promise<unknown>>,
): Promise<void> => {
  state.isStopped = true;
  await Promise.allSettled(underWay);
  await Promise.all(
    places.map(async ({ environment }) => (await environment?.catch(() => undefined))?.stop()),
  );
};

const troubleOf = async (environments: Environments): Promise<string | undefined> => {
  const { state, places } = environments;
  const [first] = places;
  if (state.isStopped) return 'stopped';
  if (first === undefined) return undefined;
  const isUp = environments.in(first).then(
    () => undefined,
    (error: unknown) => `cannot start: ${errorText(error)}`,
  );
  return Promise.race([isUp, sleep(START_MS, 'does not start', { ref: false })]);
};

/** Runs one invocation in a free place. The caller has waited for one. */
const runIn = async (environments: Environments, event: unknown): Promise<unknown> => {
  if (environments.state.isStopped)
    throw new FunctionError(STOPPED, 'not begun, since the stack stops');
  const place = environments.free();
  if (place === undefined) throw new Error('a function was given more than it has places for');
  place.busy += 1;
  try {
    return await (await environments.in(place)).invoke(event);
  } catch (error) {
    if (error instanceof FunctionError && error.errorType === STOPPED)
      environments.state.unfinished += 1;
    throw error;
  } finally {
    place.busy -= 1;
  }
};

/**
 * Hosts one function as Lambda does: environments start when they are needed and are replaced when they end. Resolves
 * when the first one is up, so that a function that cannot start is known at once.
 */
export const startFunction = async (options: FunctionOptions): Promise<HostedFunction> => {
  const environments = keepEnvironments(options);
  const [first] = environments.places;
  if (first !== undefined) await environments.in(first);
  const slots = pLimit(options.environments * options.perEnvironment);
  const underWay = new Set<Promise<unknown>>();
  return {
    invoke: (event) => {
      const invocation = slots(runIn, environments, event);
      underWay.add(invocation);
      const done = () => underWay.delete(invocation);
      invocation.then(done, done);
      return invocation;
    },
    trouble: () => troubleOf(environments),
    endBy: (at) => endAllBy(environments, at),
    unfinished: () => environments.state.unfinished,
    stop: () => stopAll(environments, underWay),
  };
};
