import { Worker } from 'node:worker_threads';
import type { Answer, Invocation } from './worker.ts';

/** What Lambda's Invoke API reports when a function throws, cannot start, ends or takes too long. */
export class FunctionError extends Error {
  override readonly name = 'FunctionError';
  readonly errorType: string;

  constructor(errorType: string, message: string) {
    super(message);
    this.errorType = errorType;
  }
}

export interface EnvironmentOptions {
  readonly name: string;
  /** The module that exports `handler`. */
  readonly module: URL;
  /** All of its `process.env`. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
}

export interface Environment {
  readonly invoke: (event: unknown) => Promise<unknown>;
  readonly stop: () => Promise<void>;
}

interface Pending {
  readonly resolve: (payload: unknown) => void;
  readonly reject: (error: FunctionError) => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * One execution environment: a thread with its own environment variables and memory, JSON in and out (so integers
 * beyond 2^53 are rounded in events, as on Lambda). When an invocation outlives the timeout the whole environment ends,
 * and with it everything it was doing. Rejects if the function's module cannot be loaded.
 */
export const startEnvironment = async (
  { name, module, env, timeoutSeconds }: EnvironmentOptions,
  onEnd: () => void,
): Promise<Environment> => {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: { name, module: module.href },
    env: { ...env },
  });
  const pending = new Map<number, Pending>();
  const settle = (id: number): Pending | undefined => {
    const found = pending.get(id);
    clearTimeout(found?.timer);
    pending.delete(id);
    return found;
  };
  const end = (error: FunctionError): void => {
    onEnd();
    for (const id of [...pending.keys()]) settle(id)?.reject(error);
    void worker.terminate();
  };

  await new Promise<void>((resolve, reject) => {
    worker.on('message', (answer: Answer) => {
      if (answer.kind === 'ready') return resolve();
      const waiting = settle(answer.id);
      if (answer.kind === 'returned') waiting?.resolve(JSON.parse(answer.payload));
      else waiting?.reject(new FunctionError(answer.errorType, answer.errorMessage));
    });
    worker.on('error', (error: Error) => {
      end(new FunctionError(error.name, error.message));
      reject(new FunctionError(error.name, error.message));
    });
    worker.on('exit', (code) => end(new FunctionError('Runtime.ExitError', `exit code ${code}`)));
  });

  let last = 0;
  return {
    invoke: (event) =>
      new Promise((resolve, reject) => {
        // First, since it throws on what nests too deep: nothing must wait for an answer then.
        const payload = JSON.stringify(event);
        const id = ++last;
        const timer = setTimeout(() => {
          end(
            new FunctionError('Sandbox.Timedout', `Task timed out after ${timeoutSeconds} seconds`),
          );
        }, timeoutSeconds * 1_000);
        pending.set(id, { resolve, reject, timer });
        const deadline = Date.now() + timeoutSeconds * 1_000;
        worker.postMessage({ id, event: payload, deadline } satisfies Invocation);
      }),
    stop: async () => {
      await worker.terminate();
    },
  };
};
