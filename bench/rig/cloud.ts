import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../local/upstream/random.ts';
import { openBus } from './bus.ts';
import { openCounter } from './counter.ts';
import { openQueue } from './queue.ts';
import { openTable } from './table.ts';
import { openUpstream, type UpstreamRules } from './upstream.ts';

export interface CloudRules {
  /** Least and most milliseconds of a request to AWS. */
  readonly awsMs: readonly [least: number, most: number];
  readonly upstream: UpstreamRules;
  /** How long a message that was received stays hidden. */
  readonly visibilityMs: number;
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A token of IAM that lives for a day. */
const tokenReply = (): Reply => ({
  status: 201,
  body: { token: { expires_at: new Date(Date.now() + 86_400_000).toISOString() } },
  headers: { 'x-subject-token': 'T'.repeat(200) },
});

const openParts = ({ awsMs, upstream, visibilityMs }: CloudRules) => {
  const counter = openCounter();
  return {
    counter,
    table: openTable(counter),
    bus: openBus(counter),
    queue: openQueue(visibilityMs, counter),
    upstream: openUpstream(upstream, counter),
    random: seededRandom(12),
    awsMs,
    loginMs: upstream.latencyMs,
  };
};

type Parts = ReturnType<typeof openParts>;

/** What AWS answers to one call of its JSON protocol. Undefined if no service here knows it. */
const answerAws = ({ table, bus, queue }: Parts, call: string, body: string): Reply | undefined => {
  if (call === 'PutEvents') return { status: 200, body: bus.answer(body) };
  const queued = queue.answer(call, body);
  if (queued !== undefined) return { status: 200, body: queued };
  // To the dead-letter queue.
  if (call === 'SendMessage') return { status: 200, body: { MessageId: 'dead' } };
  return table.answer(call, body);
};

const NOT_HERE: Reply = { status: 404, body: { message: 'not here' } };

const answerTo = async (parts: Parts, request: IncomingMessage, body: string): Promise<Reply> => {
  const { headers, url = '' } = request;
  const target = headers['x-amz-target'];
  if (typeof target !== 'string') {
    if (url.startsWith('/v3/auth/tokens')) {
      await sleep(parts.loginMs);
      return tokenReply();
    }
    return (await parts.upstream.answer(url, body)) ?? NOT_HERE;
  }
  const call = target.split('.')[1] ?? '';
  parts.counter.add(call);
  const [least, most] = parts.awsMs;
  const reply = answerAws(parts, call, body) ?? NOT_HERE;
  if (most > 0) await sleep(least + (most - least) * parts.random());
  return reply;
};

const write = (response: ServerResponse, { status, body, headers }: Reply): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
};

/** AWS and the upstream in one HTTP server: a table, a bus, a queue, IAM and DLI. */
export const openCloud = async (rules: CloudRules) => {
  const parts = openParts(rules);
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    buffer(request)
      .then((bytes) => answerTo(parts, request, bytes.toString()))
      .then((reply) => write(response, reply))
      // The client is gone. The tests end functions in the middle.
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = address !== null && typeof address !== 'string' ? address.port : 0;
  return {
    ...parts,
    url: `http://127.0.0.1:${port}`,
    /** Forgets all that it holds and has counted, for the next round. */
    clear: (): void => {
      parts.counter.clear();
      parts.table.clear();
      parts.bus.clear();
      parts.upstream.clear();
    },
    close: (): void => {
      parts.queue.close();
      server.close();
      server.closeAllConnections();
    },
  };
};

export type Cloud = Awaited<ReturnType<typeof openCloud>>;
