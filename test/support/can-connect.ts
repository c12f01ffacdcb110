import { connect } from 'node:net';

/** Whether a server listens at an address of this machine. */
export const canConnect = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    // Only a network that swallows what it is sent says nothing at all; this machine answers at once, if it gets to it.
    const socket = connect({ port, host, timeout: 20_000 });
    const end = (connected: boolean) => () => {
      socket.destroy();
      resolve(connected);
    };
    socket.once('connect', end(true));
    socket.once('error', end(false));
    socket.once('timeout', end(false));
  });
