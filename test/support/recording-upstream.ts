import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A request as it came over the wire, unread. */
export interface Recorded {
  readonly path: string;
  readonly body: string;
}

/** Says yes to any DLI batch call and keeps its bytes: it reads no JSON, so it cannot round anything. */
export const startRecordingUpstream = async () => {
  const requests: Recorded[] = [];
  // No connection is closed for being idle: a request that comes just then would be lost.
  const server = createServer({ keepAliveTimeout: 0 }, async (request, response) => {
    const body = await text(request);
    requests.push({ path: request.url ?? '', body });
    const ids = /\[([^\]]*)\]/.exec(body)?.[1]?.split(',') ?? [];
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(ids.map(() => ({ is_success: 'true', message: '' }))));
  });
  const listening = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', listening.resolve);
  await listening.promise;
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    /** Grows as they come. */
    requests,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
