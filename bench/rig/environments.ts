import { type ChildProcess, fork } from 'node:child_process';

/** To an environment: one invocation. */
export interface FromHost {
  readonly id: number;
  readonly event: unknown;
  readonly timeoutMs: number;
}

/** What an invocation took. The CPU time is the process's since its start, memory its most. */
export interface Used {
  readonly wallMs: number;
  readonly cpuMicroseconds: number;
  readonly residentKb: number;
}

/** From an environment: an answer. The first, with the id -1, says that its module is loaded. */
export interface ToHost {
  readonly id: number;
  readonly response?: unknown;
  readonly error?: string;
  readonly used?: Used;
}

export interface Invoked {
  /** Undefined if the function failed or its process ended. */
  readonly response: unknown;
  readonly failed: boolean;
}

export interface EnvironmentOptions {
  /** The module with the `handler`, as a URL. */
  readonly module: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** What a process said last, to be told if it fails. In characters. */
const MOST_LAST_WORDS = 4_000;

const WORKER = new URL('./environment.ts', import.meta.url);

/** One process, and the invocations under way in it. */
const startProcess = ({ module, env }: EnvironmentOptions) => {
  const child: ChildProcess = fork(WORKER, [module], {
    env: { PATH: process.env.PATH, ...env },
    // The function's logs and metrics.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let lastWords = '';
  child.stderr?.on('data', (said: Buffer) => {
    lastWords = `${lastWords}${said}`.slice(-MOST_LAST_WORDS);
  });
  const waiting = new Map<number, (answer: ToHost | undefined) => void>();
  const ready = Promise.withResolvers<void>();
  // A process may be ended before anything waits for it.
  ready.promise.catch(() => undefined);
  child.on('message', (answer: ToHost) => {
    if (answer.id === -1) ready.resolve();
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  child.on('exit', (code) => {
    // Without a code it was killed.
    if (code !== null && code > 0) console.error(lastWords);
    ready.reject(new Error(`the process of ${module} ended`));
    for (const resolve of waiting.values()) resolve(undefined);
    waiting.clear();
  });
  return {
    ready: ready.promise,
    ask: (message: FromHost): Promise<ToHost | undefined> =>
      new Promise((resolve) => {
        waiting.set(message.id, resolve);
        child.send(message);
      }),
    end: (): void => {
      child.kill('SIGKILL');
    },
  };
};

/** Adds up what the invocations of all processes took, from the last `reset` on. */
const openMeter = () => {
  let [wallMs, cpuMicroseconds, residentKb, invocations] = [0, 0, 0, 0];
  return {
    add: (used: Used, before: number): void => {
      invocations += 1;
      wallMs += used.wallMs;
      cpuMicroseconds += Math.max(0, used.cpuMicroseconds - before);
      residentKb = Math.max(residentKb, used.residentKb);
    },
    reset: (): void => {
      [wallMs, cpuMicroseconds, residentKb, invocations] = [0, 0, 0, 0];
    },
    read: () => ({ wallMs, cpuMicroseconds, residentKb, invocations }),
  };
};

/** An execution environment that is replaced when its process is killed. */
export const startEnvironment = (options: EnvironmentOptions) => {
  let process = startProcess(options);
  let [cpuSoFar, lastId] = [0, 0];
  const meter = openMeter();
  return {
    ready: (): Promise<void> => process.ready,
    invoke: async (event: unknown): Promise<Invoked> => {
      const id = lastId++;
      const answer = await process.ready.then(
        () => process.ask({ id, event, timeoutMs: options.timeoutMs }),
        () => undefined,
      );
      if (answer?.used !== undefined) {
        meter.add(answer.used, cpuSoFar);
        cpuSoFar = Math.max(cpuSoFar, answer.used.cpuMicroseconds);
      }
      const failed = answer === undefined || answer.error !== undefined;
      return { response: answer?.response, failed };
    },
    /** SIGKILL, as for a machine that is gone. The next invocation starts a new process. */
    kill: (): void => {
      process.end();
      process = startProcess(options);
      cpuSoFar = 0;
    },
    resetMeter: meter.reset,
    used: meter.read,
    stop: (): void => process.end(),
  };
};

export type Environment = ReturnType<typeof startEnvironment>;
