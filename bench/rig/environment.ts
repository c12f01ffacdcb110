import type { Context } from 'aws-lambda';
import type { FromHost, ToHost } from './environments.ts';

/** The inside of one execution environment: a process that loads a module and hands each event to its `handler`. */

const [, , module = ''] = process.argv;
const { handler }: { handler: (event: unknown, context: Context) => Promise<unknown> } =
  await import(module);

const contextOf = (id: number, timeoutMs: number): Context => {
  const end = Date.now() + timeoutMs;
  return {
    callbackWaitsForEmptyEventLoop: false,
    functionName: 'bench',
    functionVersion: '1',
    invokedFunctionArn: 'arn:aws:lambda:local:000000000000:function:bench',
    memoryLimitInMB: '1024',
    awsRequestId: String(id),
    logGroupName: '',
    logStreamName: '',
    getRemainingTimeInMillis: () => end - Date.now(),
    done: () => undefined,
    fail: () => undefined,
    succeed: () => undefined,
  };
};

const tell = (message: ToHost): void => {
  process.send?.(message);
};

const carryOut = async ({ id, event, timeoutMs }: FromHost): Promise<void> => {
  const start = performance.now();
  const outcome = await handler(event, contextOf(id, timeoutMs)).then(
    (response) => ({ response }),
    (error: unknown) => ({ error: String(error) }),
  );
  const { user, system } = process.cpuUsage();
  const used = {
    wallMs: performance.now() - start,
    cpuMicroseconds: user + system,
    residentKb: process.resourceUsage().maxRSS,
  };
  tell({ id, ...outcome, used });
};

process.on('message', (message: FromHost) => void carryOut(message));
process.on('disconnect', () => process.exit());
tell({ id: -1 });
