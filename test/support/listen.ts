import { once } from 'node:events';
import type { Server } from 'node:http';

/**
 * Lets a server listen on a free port of this machine. It closes no idle connection, because a request that comes just then
 * would be lost. `stop` ends the connections that are open.
 */
export const listen = async (server: Server) => {
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    stop: async (): Promise<void> => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};
