import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerPage } from './page-files.ts';
import { playCallers, type Reach } from './play-callers.ts';
import type { SampleParts } from './play-sample.ts';
import { type Answer, answerRoute, type RouteParts } from './routes.ts';
import { makeStream, type Pulse, type QueueDepth, type StreamParts } from './stream.ts';
import { groupWaiting, openJobs } from './waiting.ts';

export interface ConsoleParts extends RouteParts, Pick<StreamParts, 'gathering'> {
  readonly readQueue: () => Promise<QueueDepth>;
  readonly samples: SampleParts;
}

/** What serves the console: its page, its stream and its routes. */
export interface Console {
  /** Answers for the page and the stream by itself. Otherwise the answer of a route, or undefined if there is none. */
  readonly answer: (
    request: IncomingMessage,
    response: ServerResponse,
    body: Buffer,
  ) => Promise<Answer | 'answered' | undefined>;
  /** Ends the streams. */
  readonly stop: () => void;
}

const readWaiting = async ({ record, facts, now }: ConsoleParts): Promise<Pulse['waiting']> => {
  const { asked, count } = openJobs(record.intents, now());
  if (count === 0) return [];
  return groupWaiting(await (await facts()).answers(asked), count, now());
};

const readPulse = async (parts: ConsoleParts): Promise<Pulse> => {
  const [queue, waiting] = await Promise.all([
    parts.readQueue().catch(() => undefined),
    readWaiting(parts).catch(() => []),
  ]);
  const behaviour = parts.upstream?.behaviour();
  return { waiting, ...(queue && { queue }), ...(behaviour && { behaviour }) };
};

const lastIdOf = ({ headers }: IncomingMessage): string | undefined => {
  const { 'last-event-id': last } = headers;
  return typeof last === 'string' ? last : undefined;
};

/** The stack itself, with the proof of the client that asks. */
const reachOf = ({ socket, headers }: IncomingMessage): Reach => {
  const { localAddress = '127.0.0.1', localPort, localFamily } = socket;
  const host = localFamily === 'IPv6' ? `[${localAddress}]` : localAddress;
  return { url: `http://${host}:${localPort}`, authorization: headers.authorization ?? '' };
};

const play = async (request: IncomingMessage, body: Buffer): Promise<Answer> => {
  const played = await playCallers(body.toString(), reachOf(request));
  return played.ok
    ? { status: 200, body: played }
    : { status: 400, body: { message: played.detail } };
};

/** What plays a caller, by its path. The clients of the samples are imported at the first use. */
const PLAYS: Readonly<
  Record<string, (request: IncomingMessage, body: Buffer, parts: ConsoleParts) => Promise<Answer>>
> = {
  '/local/console/callers': play,
  '/local/console/sample': async (request, body, { samples }) => {
    const { playSample } = await import('./play-sample.ts');
    return playSample(body.toString(), reachOf(request), samples);
  },
};

const BUSY: Answer = { status: 503, body: { message: 'Too many pages listen.' } };

/** Serves the console. Law: it reads the stack, and changes nothing but the seed of the simulator. Callers that it plays send as others do. */
export const makeConsole = (parts: ConsoleParts): Console => {
  const { record, gathering, now } = parts;
  const stream = makeStream({ record, gathering, now, readPulse: () => readPulse(parts) });
  return {
    answer: async (request, response, body) => {
      const { method = 'GET', url = '/' } = request;
      const [path = '/', query = ''] = url.split('?', 2);
      if (await answerPage(method, path, response)) return 'answered';
      if (method === 'GET' && path === '/local/console/stream')
        return stream.open(response, lastIdOf(request)) ? 'answered' : BUSY;
      if (method === 'POST' && Object.hasOwn(PLAYS, path))
        return PLAYS[path]?.(request, body, parts);
      return answerRoute(parts, { method, path, query }, body.toString());
    },
    stop: stream.stop,
  };
};
