import type { HttpRequest, Route, TellProblem } from '../../shared/accept/route.ts';
import type { TakeToken } from '../../shared/batching/token-buckets.ts';
import { makeHttpHandler } from '../../shared/edge/http.ts';
import { letIn } from './callers.ts';
import { askHandler, invokeHandler, type Sent } from './http-events.ts';
import { keptLog } from './logs.ts';
import { idAt } from './messages.ts';

const tell: TellProblem = (problem, path, intentId) => ({
  status: problem.status,
  ...(problem.retryAfterSeconds && {
    headers: { 'retry-after': String(problem.retryAfterSeconds) },
  }),
  contentType: path.startsWith('/v9/') ? 'application/json' : 'application/problem+json',
  body: { ...problem, path, intentId },
});

/** A handler over routes that record their requests. */
export const beginHandler = (
  handle?: Route['handle'],
  admit = letIn(),
  takeToken: TakeToken = () => 0,
) => {
  const requests: HttpRequest[] = [];
  const { log, lines } = keptLog();
  let age = 0;
  const take: Route['handle'] = async (request, intentId) => {
    requests.push(request);
    return (
      handle?.(request, intentId) ?? { ok: true, answer: { status: 202, body: { took: intentId } } }
    );
  };
  const handler = makeHttpHandler({
    routes: [
      { method: 'POST', path: '/v9/{project_id}/jobs/run', admits: 'callers', handle: take },
      { method: 'POST', path: '/plain', admits: 'callers', handle: take },
      { method: 'POST', path: '/hook/{caller}', admits: 'hook', handle: take },
      { method: 'GET', path: '/text', admits: 'callers', handle: take },
    ],
    tell,
    admit,
    takeToken,
    newIntentId: () => idAt(++age),
    log,
  });
  return {
    ask: (sent: Partial<Sent>) => askHandler(handler, { path: '/plain', body: '{}', ...sent }),
    invoke: (event: unknown) => invokeHandler(handler, event),
    requests,
    lines,
  };
};
