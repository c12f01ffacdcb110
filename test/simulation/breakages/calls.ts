import type { UpstreamRequest } from '../../../shared/operations/operation.ts';
import type { Breakage } from '../simulate.ts';
import type { Broken } from './broken.ts';

export const isBatch = ({ method, path }: UpstreamRequest): boolean =>
  method === 'POST' && !path.endsWith('/batch-status');

/** A batch request whose body is changed when it is made ready. `sent` is the changed body. */
export const remade = (request: UpstreamRequest, change = (body: string) => body) => {
  let sent = '';
  const ready = async (): Promise<string | undefined> => {
    const body = await request.ready?.();
    if (body !== undefined) sent = change(body);
    return body === undefined ? undefined : sent;
  };
  return { request: { ...request, ready }, sent: () => sent };
};

/** Changes the bodies of batch requests. */
const bodyThat = (change: (body: string) => string): Breakage => ({
  edges: (edges) => ({
    ...edges,
    send: (request, turn) =>
      edges.send(isBatch(request) ? remade(request, change).request : request, turn),
  }),
});

const roundNumbers = (text: string): string => JSON.stringify(JSON.parse(text));

/** Control loops that send wrong calls. */
export const BROKEN_CALLS: readonly Broken[] = [
  {
    name: 'writes false where a flag is absent',
    breaks: ['P5 flags are sacred'],
    breakage: bodyThat((body) =>
      body.endsWith(']}') && body.startsWith('{"job_ids"')
        ? body.replace(/\}$/, ',"resume_savepoint":false}')
        : body,
    ),
  },
  {
    name: 'drops an option of a job',
    breaks: ['P5 flags are sacred'],
    breakage: bodyThat((body) => body.replaceAll(/,"is_only_init_task":(true|false)/g, '')),
  },
  {
    name: 'names a job twice',
    breaks: ['P6 fewest calls'],
    breakage: bodyThat((body) => body.replace(/^\{"job_ids":\[(\d+)/, '{"job_ids":[$1,$1')),
  },
  {
    name: 'claims before the turn',
    breaks: ['jobs are claimed right before their call'],
    breakage: {
      edges: (edges) => ({
        ...edges,
        send: async (request, turn) => {
          if (!isBatch(request)) return edges.send(request, turn);
          const body = await request.ready?.();
          return edges.send({ ...request, ready: async () => body }, turn);
        },
      }),
    },
  },
  {
    name: 'repeats a refused call twice',
    from: 670,
    breaks: ['P7 a bad id hurts only itself'],
    breakage: {
      edges: (edges) => ({
        ...edges,
        send: async (request, turn) => {
          let reply = await edges.send(request, turn);
          const isRefused = () => reply.kind === 'replied' && reply.status === 400;
          for (let n = 0; n < 2 && isBatch(request) && isRefused(); n++)
            reply = await edges.send(request, turn);
          return reply;
        },
      }),
    },
  },
  {
    name: 'sends ids as doubles',
    breaks: ['P5 flags are sacred'],
    breakage: bodyThat(roundNumbers),
  },
  {
    name: 'ignores deadlines that pass during an invocation',
    from: 760,
    breaks: ['deadlines are kept'],
    breakage: {
      edges: (edges) => {
        const begunAt = edges.now();
        return {
          ...edges,
          now: () => begunAt,
          send: (request, turn) =>
            edges.send(request, { ...turn, beginBy: () => Number.POSITIVE_INFINITY }),
        };
      },
    },
  },
  {
    name: 'gets no reply, ever',
    breaks: ['everything settles'],
    breakage: {
      edges: (edges) => ({ ...edges, send: async () => ({ kind: 'silent', reason: 'unplugged' }) }),
    },
  },
];
