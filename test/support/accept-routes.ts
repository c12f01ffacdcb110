import { makeRoutes, tellProblem } from '../../shared/accept/routes.ts';
import type { TakeToken } from '../../shared/batching/token-buckets.ts';
import { makeHttpHandler } from '../../shared/edge/http.ts';
import { keyOf } from '../../shared/edge/intent-id.ts';
import { startAcceptance } from './acceptance.ts';
import { letIn } from './callers.ts';
import { askHandler, type Sent } from './http-events.ts';
import { keptLog } from './logs.ts';
import { idAt, NOW, PROJECT } from './messages.ts';

export const RUN = `/v1.0/${PROJECT}/streaming/jobs/run`;
export const STOP = `/v1.0/${PROJECT}/streaming/jobs/stop`;
export const START = `/v3/${PROJECT}/jobs/batch-starting`;
export const NATIVE = '/v1/intents';

/** The routes of accept-http over a queue in memory. */
export const beginRoutes = (
  options?: Parameters<typeof startAcceptance>[0],
  admit = letIn(),
  takeToken: TakeToken = () => 0,
) => {
  const { accept, queued, sent } = startAcceptance(options);
  const { log, lines } = keptLog();
  let age = 10;
  const handler = makeHttpHandler({
    routes: makeRoutes(accept, () => new Date(NOW), keyOf),
    tell: tellProblem,
    admit,
    takeToken,
    newIntentId: () => idAt(++age),
    log,
  });
  const post = (path: string, body: unknown, more: Partial<Sent> = {}) =>
    askHandler(handler, {
      path,
      body: typeof body === 'string' ? body : JSON.stringify(body),
      ...more,
    });
  return { post, queued, sent, lines };
};

/** A valid native request. */
export const native = { operation: 'dli.run', project_id: PROJECT, jobs: [131] };
