import type { ServerResponse } from 'node:http';
import type { Handled } from './batch.ts';
import type { Reply } from './reply.ts';

const send = (response: ServerResponse, { status, headers, body }: Reply): void => {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
};

/** Ends a request as it was decided. One that hangs is left open: the client, or the server's stop, ends it. */
export const answer = (
  response: ServerResponse,
  { ending, latencyMs, answered }: Handled,
): void => {
  if (ending === 'hang') return;
  const end = (): void => {
    if (ending === 'reset') {
      response.socket?.resetAndDestroy();
      return;
    }
    answered(ending.status);
    send(response, ending);
  };
  if (latencyMs === 0) {
    end();
    return;
  }
  const waiting = setTimeout(end, latencyMs);
  response.once('close', () => clearTimeout(waiting));
};
