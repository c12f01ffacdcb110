import type { ServerResponse } from 'node:http';
import type { Handled } from './batch.ts';
import type { Reply } from './reply.ts';

const send = (
  response: ServerResponse,
  { status, headers, body }: Reply,
  requestId: string,
): void => {
  const text = typeof body === 'string' ? body : body(requestId);
  response.writeHead(status, {
    ...headers,
    'x-request-id': requestId,
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
};

/**
 * Ends a request as it was decided; every answer names the request in `X-Request-Id`. One that hangs is left open: the
 * client, or the server's stop, ends it.
 */
export const answer = (
  response: ServerResponse,
  { ending, latencyMs, answered }: Handled,
  requestId: string,
): void => {
  if (ending === 'hang') return;
  const end = (): void => {
    if (ending === 'reset') {
      response.socket?.resetAndDestroy();
      return;
    }
    answered(ending.status);
    send(response, ending, requestId);
  };
  if (latencyMs === 0) {
    end();
    return;
  }
  const waiting = setTimeout(end, latencyMs);
  response.once('close', () => clearTimeout(waiting));
};
