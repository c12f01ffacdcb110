import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Accounts } from './accounts.ts';
import { answer } from './answer.ts';
import { handleBatches } from './batch.ts';
import type { Behaviour } from './behaviour.ts';
import type { UpstreamCall } from './call.ts';
import { type AccountReport, keepDirectory } from './directory.ts';
import { makeGuard } from './guard.ts';
import { makeIam } from './iam.ts';
import { changeJobs, type JobChanges } from './job-changes.ts';
import type { Effect } from './job-law.ts';
import { keepJobs } from './jobs.ts';
import type { UpstreamLook } from './look.ts';
import { makeObstacles } from './obstacles.ts';
import { seededRandom } from './random.ts';
import type { Refusal } from './refusals.ts';
import { makeRequestId } from './reply.ts';
import { makeRouter } from './router.ts';
import { keepBehaviour } from './settings.ts';
import { keepThrottle } from './throttle.ts';
import { DAY_MS, keepTokens } from './tokens.ts';
import type { Service } from './vocabulary.ts';
import { type WireWatch, watchedEnding } from './wire-watch.ts';

export type {
  AccountReport,
  Accounts,
  Behaviour,
  Effect,
  JobChanges,
  Refusal,
  UpstreamCall,
  UpstreamLook,
};

export interface UpstreamOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** The clock of job states, signatures, locks, tokens and rates, in milliseconds since 1970. */
  readonly now?: () => number;
  /** How long a job stays in each state on its way, by that clock. */
  readonly transitionMs?: number;
  /** Draws the faults that have rates. By default the same sequence at each start. */
  readonly random?: () => number;
  readonly behaviour?: Behaviour;
  /** The accounts that may call. Without any, every request is let in, with no credentials. */
  readonly accounts?: Accounts;
  /** How long a token is valid; a day unless told otherwise. */
  readonly tokenLifeMs?: number;
  /** About how many of the latest calls, looks, refusals and jobs are kept; all unless told otherwise. */
  readonly maxKept?: number;
  /** Sees each call and each look as it stood on the wire. */
  readonly watch?: WireWatch;
}

export interface Upstream {
  /** Where both services are, and IAM. */
  readonly url: string;
  /** Every request to a batch endpoint whose client was let in, in order; the list grows as they come, up to `maxKept`. */
  readonly calls: readonly UpstreamCall[];
  /** The same for looks at the state of jobs. */
  readonly looks: readonly UpstreamLook[];
  /** Every request that its credentials kept out. */
  readonly refusals: readonly Refusal[];
  /** Replaces all accounts: a key that is not among them is unknown from then on. Throws on faults, and then changes nothing. */
  readonly setAccounts: (accounts: Accounts) => void;
  /** How every caller stands, known or not; without secrets. */
  readonly accounts: () => readonly AccountReport[];
  /** Replaces the settings that are named. Throws on unknown names and bad values, and then changes nothing. */
  readonly behave: (change: Behaviour) => void;
  /** Brings back the behaviour of the start. Jobs, calls and accounts stay. */
  readonly reset: () => void;
  readonly behaviour: () => Behaviour;
  /** Begins the sequence of faults with rates anew, so that a run can be repeated. */
  readonly seed: (seed: number) => void;
  /** Puts jobs into states, and says how they are then. Throws on faults, and then changes nothing. */
  readonly putJobs: (changes: JobChanges) => JobChanges;
  /** A job's true status now. Unlike a request, this leaves no trace. */
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

const recordIn =
  <Entry>(list: Entry[], maxKept: number) =>
  (entry: Entry): void => {
    list.push(entry);
    // Cut in blocks: cutting one by one would move the whole list for every entry.
    if (list.length > 1.1 * maxKept) list.splice(0, list.length - maxKept);
  };

const serveWith =
  (route: ReturnType<typeof makeRouter>, watch: WireWatch | undefined) =>
  async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const bytes = await buffer(request).catch(() => undefined);
    if (bytes === undefined) return; // The client gave up while sending: nothing has arrived.
    const { method = '', url = '', headers } = request;
    const [path = ''] = url.split('?', 1);
    const query = url.slice(path.length + 1);
    const body = bytes.toString('utf8');
    const { 'x-request-id': sent } = headers;
    const requestId = typeof sent === 'string' && sent !== '' ? sent : makeRequestId();
    const arrived = { method, path, query, headers, bytes, body };
    answer(response, watchedEnding(watch, arrived, route(arrived), requestId), requestId);
  };

/** What the simulator has on record. */
interface Lists {
  readonly calls: UpstreamCall[];
  readonly looks: UpstreamLook[];
  readonly refusals: Refusal[];
}

interface Kept {
  readonly directory: ReturnType<typeof keepDirectory>;
  readonly tokens: ReturnType<typeof keepTokens>;
  readonly behaviour: ReturnType<typeof keepBehaviour>;
  readonly jobs: ReturnType<typeof keepJobs>;
  readonly now: () => number;
  readonly random: () => number;
  readonly lists: Lists;
  readonly maxKept: number;
}

const routeOver = ({ directory, tokens, behaviour, jobs, now, random, lists, maxKept }: Kept) => {
  const gate = { directory, tokens, now, record: recordIn(lists.refusals, maxKept) };
  return makeRouter({
    behaviour,
    jobs,
    guard: makeGuard(gate),
    obstacles: makeObstacles({ behaviour, throttle: keepThrottle(now), now }),
    handleBatch: handleBatches({
      behaviour,
      jobs,
      now,
      random,
      record: recordIn(lists.calls, maxKept),
    }),
    iam: makeIam(gate),
    now,
    recordLook: recordIn(lists.looks, maxKept),
  });
};

/**
 * Plays Huawei Cloud's DLI, DRS and IAM over HTTP as docs/upstream.md describes them, well-behaved unless told otherwise.
 * It shares no code with what it tests but the JSON parser, so that it can serve as an oracle. Rejects with the
 * server's own error if the port is taken.
 */
export const startUpstream = async ({
  port = 0,
  now = Date.now,
  transitionMs = 200,
  random = seededRandom(1),
  behaviour: start = {},
  accounts,
  tokenLifeMs = DAY_MS,
  maxKept = Number.POSITIVE_INFINITY,
  watch,
}: UpstreamOptions = {}): Promise<Upstream> => {
  const lists: Lists = { calls: [], looks: [], refusals: [] };
  const directory = keepDirectory(accounts, now);
  const tokens = keepTokens(now, tokenLifeMs);
  const behaviour = keepBehaviour(start);
  const jobs = keepJobs(now, transitionMs, maxKept);
  let draw = random;
  const drawn = () => draw();
  const kept = { directory, tokens, behaviour, jobs, now, random: drawn, lists, maxKept };
  const server = createServer(serveWith(routeOver(kept), watch));
  return {
    url: `http://127.0.0.1:${await listen(server, port)}`,
    ...lists,
    setAccounts: directory.setAccounts,
    accounts: directory.report,
    behave: behaviour.behave,
    reset: behaviour.reset,
    behaviour: behaviour.current,
    seed: (seed) => {
      draw = seededRandom(seed);
    },
    putJobs: (changes) => changeJobs(changes, jobs.put),
    statusOf: (service, project, id) => jobs.statusOf({ service, project, id }),
    effectsOf: (service, project, id) => jobs.effectsOf({ service, project, id }),
    stop: () => close(server),
  };
};
