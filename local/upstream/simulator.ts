import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { answer } from './answer.ts';
import { handleBatches } from './batch.ts';
import type { Behaviour } from './behaviour.ts';
import type { UpstreamCall } from './call.ts';
import type { Effect } from './job-laws.ts';
import { keepJobs } from './jobs.ts';
import { seededRandom } from './random.ts';
import { makeRouter } from './router.ts';
import { keepBehaviour } from './settings.ts';
import type { Service } from './vocabulary.ts';

export type { Behaviour, Effect, UpstreamCall };

export interface UpstreamOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** The clock of the job states, in milliseconds since 1970. */
  readonly now?: () => number;
  /** How long a job stays in each state on its way, by that clock. */
  readonly transitionMs?: number;
  /** Draws the faults that have rates. By default the same sequence at each start. */
  readonly random?: () => number;
  readonly behaviour?: Behaviour;
}

export interface Upstream {
  /** Where both services are. */
  readonly url: string;
  /** Every call that arrived at a batch endpoint, in order; grows as they come. */
  readonly calls: readonly UpstreamCall[];
  /** Replaces the settings that are named. Throws on unknown names and bad values, and then changes nothing. */
  readonly behave: (change: Behaviour) => void;
  /** Brings back the behaviour of the start. Jobs and calls stay. */
  readonly reset: () => void;
  readonly behaviour: () => Behaviour;
  /** A job's status now. Unlike a request, this leaves no trace. */
  readonly statusOf: (service: Service, project: string, id: string) => string;
  /** What really happened to a job, in order. */
  readonly effectsOf: (service: Service, project: string, id: string) => readonly Effect[];
  /** Ends every connection at once, those of hanging requests too. */
  readonly stop: () => Promise<void>;
}

const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

const serveWith =
  (route: ReturnType<typeof makeRouter>) =>
  async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request).catch(() => undefined);
    if (body === undefined) return; // The client gave up while sending: nothing has arrived.
    const { method = '', url = '', headers } = request;
    const [path = ''] = url.split('?');
    answer(response, route({ method, path, headers, body }));
  };

/**
 * Plays Huawei Cloud's DLI and DRS over HTTP as docs/upstream.md describes them, well-behaved unless told otherwise.
 * It shares no code with what it tests but the JSON parser, so that it can serve as an oracle. Rejects with the
 * server's own error if the port is taken.
 */
export const startUpstream = async ({
  port = 0,
  now = Date.now,
  transitionMs = 200,
  random = seededRandom(1),
  behaviour: start = {},
}: UpstreamOptions = {}): Promise<Upstream> => {
  const calls: UpstreamCall[] = [];
  const record = (call: UpstreamCall): void => {
    calls.push(call);
  };
  const behaviour = keepBehaviour(start);
  const jobs = keepJobs(now, transitionMs);
  const handleBatch = handleBatches({ behaviour, jobs, now, random, record });
  const server = createServer(serveWith(makeRouter({ behaviour, jobs, handleBatch })));

  return {
    url: `http://127.0.0.1:${await listen(server, port)}`,
    calls,
    behave: behaviour.behave,
    reset: behaviour.reset,
    behaviour: behaviour.current,
    statusOf: (service, project, id) => jobs.statusOf({ service, project, id }),
    effectsOf: (service, project, id) => jobs.effectsOf({ service, project, id }),
    stop: () => close(server),
  };
};
