import { Server } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { importCached } from '../compile-cache.ts';

/** The thread of the embedded SQS server. Posts its port when it listens; any message stops it. */

/** fauxqs listens on every interface of the machine and has no setting for it. */
const { listen } = Server.prototype;
Object.defineProperty(Server.prototype, 'listen', {
  value(this: Server, options: object, ...rest: unknown[]) {
    return Reflect.apply(listen, this, [{ ...options, host: '127.0.0.1' }, ...rest]);
  },
});

const { startFauxqs } = await importCached(() => import('fauxqs'));
const server = await startFauxqs({ port: 0, logger: false, ...workerData });
parentPort?.once('message', () => void server.stop());
parentPort?.postMessage(server.port);
