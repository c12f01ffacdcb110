import type { HttpRequest, Route } from '../../shared/accept/route.ts';
import { makeHttpHandler } from '../../shared/edge/http.ts';
import { letIn } from './callers.ts';
import { askHandler, invokeHandler, type Sent } from './http-events.ts';
import { keptLog } from './logs.ts';
import { idAt } from './messages.ts';

/** A handler over routes that record their requests. */
export const beginHandler = (handle?: Route['handle'], admit = letIn()) => {
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
      { method: 'GET', path: '/text', admits: 'callers', handle: take },
    ],
    tell: (problem, path, intentId) => ({
      status: problem.status,
      contentType: path.startsWith('/v9/') ? 'application/json' : 'application/problem+json',
      body: { ...problem, path, intentId },
    }),
    admit,
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
