import { parentPort, workerData } from 'node:worker_threads';
import { importCached } from '../compile-cache.ts';

/** The inside of one execution environment: loads a function's module and answers invocations, as JSON on both sides. */

/** From the host: an invocation. */
export interface Invocation {
  readonly id: number;
  readonly event: string;
  /** Milliseconds since 1970. */
  readonly deadline: number;
}

/** From the host: no invocation, present or future, lasts longer than to this time, in milliseconds since 1970. */
export interface EndBy {
  readonly endBy: number;
}

/** To the host. `ready` comes once, when the module has loaded. */
export type Answer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'returned'; readonly id: number; readonly payload: string }
  | {
      readonly kind: 'threw';
      readonly id: number;
      readonly errorType: string;
      readonly errorMessage: string;
    };

interface Data {
  readonly name: string;
  readonly module: string;
}

let endBy = Number.POSITIVE_INFINITY;

const contextOf = ({ name }: Data, { id, deadline }: Invocation) => ({
  functionName: name,
  functionVersion: '$LATEST',
  invokedFunctionArn: `arn:aws:lambda:local:000000000000:function:${name}`,
  memoryLimitInMB: '512',
  awsRequestId: `local-${id}`,
  logGroupName: `/aws/lambda/${name}`,
  logStreamName: 'local',
  callbackWaitsForEmptyEventLoop: true,
  getRemainingTimeInMillis: () => Math.max(0, Math.min(deadline, endBy) - Date.now()),
});

const data: Data = workerData;
const { handler, checkStart } = await importCached(() => import(data.module));
// A function that holds its failed start tells here. On Lambda it tells at each invocation.
checkStart?.();
const port = parentPort;
if (port === null) throw new Error('worker.ts runs only as a worker thread');

const answer = (message: Answer): void => port.postMessage(message);

const carryOut = async (invocation: Invocation): Promise<void> => {
  const { id } = invocation;
  try {
    const result: unknown = await handler(
      JSON.parse(invocation.event),
      contextOf(data, invocation),
    );
    answer({ kind: 'returned', id, payload: JSON.stringify(result ?? null) });
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    answer({ kind: 'threw', id, errorType: name, errorMessage: message });
  }
};

port.on('message', (message: Invocation | EndBy) => {
  if ('endBy' in message) endBy = message.endBy;
  else void carryOut(message);
});
answer({ kind: 'ready' });
