import type { FunctionName, Functions } from './front/invoke.ts';
import { startFunction } from './host/function.ts';
import type { Settings } from './settings.ts';
import type { Stopper } from './stopper.ts';

/** Requests at once in one thread. Lambda runs one at a time; one machine would need a thread for each. */
const REQUESTS_AT_ONCE = 32;

/** HTTP requests may wait for verdicts. They must not keep others out. */
const HTTP_REQUESTS_AT_ONCE = 256;

/** Where the module of a function is. */
export type ModuleOf = (name: FunctionName) => URL;

/** The sources, which Node runs as they are. */
export const sourceOf: ModuleOf = (name) => new URL(`../functions/${name}.ts`, import.meta.url);

/** Hosts the three functions, all with the same environment variables. */
export const startFunctions = async (
  settings: Settings,
  env: Record<string, string>,
  { after, moduleOf }: { after: Stopper['after']; moduleOf: ModuleOf },
): Promise<Functions> => {
  const start = async (name: FunctionName, environments: number, perEnvironment: number) =>
    after(
      await startFunction({
        name,
        module: moduleOf(name),
        env,
        timeoutSeconds: settings.FUNCTION_TIMEOUT_SECONDS,
        environments,
        perEnvironment,
      }),
      (started) => started.stop(),
    );
  const [acceptHttp, acceptEvent, controlJobs] = await Promise.all([
    start('accept-http', 1, HTTP_REQUESTS_AT_ONCE),
    start('accept-event', 1, REQUESTS_AT_ONCE),
    start('control-jobs', settings.MAX_CONCURRENCY, 1),
  ]);
  return { 'accept-http': acceptHttp, 'accept-event': acceptEvent, 'control-jobs': controlJobs };
};
