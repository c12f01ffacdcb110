import { Worker } from 'node:worker_threads';
import type { Answer, EndBy, Invocation } from './worker.ts';

/** The `errorType` of an invocation that the end of the stack has cut off. */
export const STOPPED = 'Sandbox.Stopped';

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
  /** No invocation lasts longer than to this time, in milliseconds since 1970; the function sees its time shrink. */
  readonly endBy: (at: number) => void;
  readonly stop: () => Promise<void>;
}

interface Pending {
  readonly deadline: number;
  readonly resolve: (payload: unknown) => void;
  readonly reject: (error: FunctionError) => void;
  timer: NodeJS.Timeout;
}

const timedOut = (seconds: number): FunctionError =>
  new FunctionError('Sandbox.Timedout', `Task timed out after ${seconds} seconds`);

const cutOff = (): FunctionError =>
  new FunctionError(STOPPED, 'ended unfinished, since the stack stops');

/** The invocations that wait for an answer, each by its id. The time of each is cut when the stack sets its own end. */
const keepPending = (timeoutSeconds: number, end: (why: FunctionError) => void) => {
  const pending = new Map<number, Pending>();
  let latest = Number.POSITIVE_INFINITY;
  const arm = (deadline: number): NodeJS.Timeout => {
    const ms = Math.max(0, Math.min(deadline, latest) - Date.now());
    return setTimeout(() => end(latest < deadline ? cutOff() : timedOut(timeoutSeconds)), ms);
  };
  const settle = (id: number): Pending | undefined => {
    const found = pending.get(id);
    clearTimeout(found?.timer);
    pending.delete(id);
    return found;
  };
  return {
    add: (id: number, waiting: Omit<Pending, 'timer'>) =>
      pending.set(id, { ...waiting, timer: arm(waiting.deadline) }),
    take: (answer: Exclude<Answer, { kind: 'ready' }>): void => {
      const waiting = settle(answer.id);
      if (answer.kind === 'returned') waiting?.resolve(JSON.parse(answer.payload));
      else waiting?.reject(new FunctionError(answer.errorType, answer.errorMessage));
    },
    rejectAll: (error: FunctionError): void => {
      for (const id of [...pending.keys()]) settle(id)?.reject(error);
    },
    endBy: (at: number): void => {
      latest = at;
      for (const invocation of pending.values()) {
        clearTimeout(invocation.timer);
        invocation.timer = arm(invocation.deadline);
      }
    },
  };
};

/** Resolves when the thread has loaded its module. Afterwards `take` gets each answer, and `end` the reason of its end. */
const listenTo = (
  worker: Worker,
  take: (answer: Exclude<Answer, { kind: 'ready' }>) => void,
  end: (why: FunctionError) => FunctionError,
): Promise<void> =>
  new Promise((resolve, reject) => {
    worker.on('message', (answer: Answer) => (answer.kind === 'ready' ? resolve() : take(answer)));
    worker.on('error', ({ name, message }: Error) => reject(end(new FunctionError(name, message))));
    worker.on('exit', (code) =>
      reject(end(new FunctionError('Runtime.ExitError', `exit code ${code}`))),
    );
  });

/**
 * One execution environment: a thread with its own environment variables and memory, JSON in and out (so integers
 * beyond 2^53 are rounded in events, as on Lambda). An invocation that outlives the timeout ends the whole environment,
 * and all that runs in it. Rejects if the function's module cannot be loaded.
 */
export const startEnvironment = async (
  { name, module, env, timeoutSeconds }: EnvironmentOptions,
  onEnd: (why: FunctionError) => void,
): Promise<Environment> => {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: { name, module: module.href },
    env: { ...env },
  });
  let endedBy: FunctionError | undefined;
  const end = (error: FunctionError): FunctionError => {
    if (endedBy !== undefined) return endedBy;
    endedBy = error;
    onEnd(error);
    pending.rejectAll(error);
    void worker.terminate();
    return error;
  };
  const pending = keepPending(timeoutSeconds, end);
  await listenTo(worker, pending.take, end);

  let last = 0;
  const invoke = (event: unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (endedBy !== undefined) return reject(endedBy);
      // First: it throws on an event that nests too deep, and then no invocation may be waiting.
      const payload = JSON.stringify(event);
      const id = ++last;
      const deadline = Date.now() + timeoutSeconds * 1_000;
      pending.add(id, { deadline, resolve, reject });
      worker.postMessage({ id, event: payload, deadline } satisfies Invocation);
    });
  const endBy = (at: number): void => {
    pending.endBy(at);
    worker.postMessage({ endBy: at } satisfies EndBy);
  };
  return { invoke, endBy, stop: async () => void (await worker.terminate()) };
};
