import { createServer, type RequestListener } from 'node:http';
import { onTestFinished } from 'vitest';

/**
 * A server on a port of its own for one test, closed with all its connections when that ends. Before that it closes none
 * that is idle, or a client that was held up would send on one that is just being closed.
 */
export const startBareServer = async (listener: RequestListener): Promise<string> => {
  const server = createServer({ keepAliveTimeout: 0 }, listener);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(
    () =>
      new Promise<void>((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  );
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
};
