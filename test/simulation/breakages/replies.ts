import { isObject, type Json } from '../../../shared/json/json.ts';
import type { UpstreamRequest } from '../../../shared/operations/operation.ts';
import { readReply } from '../../../shared/reply/read-reply.ts';
import type { Replied, Reply } from '../../../shared/reply/reply.ts';
import { replied as replyOf } from '../reply-model.ts';
import type { Breakage } from '../simulate.ts';
import type { Broken } from './broken.ts';
import { isBatch, remade } from './calls.ts';

const replied = (...wire: Parameters<typeof replyOf>): Reply => readReply(replyOf(...wire));

const textOf = ({ body }: Replied): string => JSON.stringify(body);

const asLooked = (path: string, status: string): string =>
  path.startsWith('/v3/')
    ? JSON.stringify({ results: [] })
    : JSON.stringify({ is_success: 'true', job_detail: { status } });

/** Answers every look at a DLI job with this status. */
const looksThatShow = (status: string): Breakage => ({
  edges: (edges) => ({
    ...edges,
    send: async (request, turn) =>
      request.method === 'GET'
        ? replied(200, asLooked(request.path, status))
        : edges.send(request, turn),
  }),
});

/** Changes the replies to batch requests, by the body that was sent. */
const repliesTo = (change: (reply: Replied, sent: string) => Reply): Breakage => ({
  edges: (edges) => ({
    ...edges,
    send: async (request, turn) => {
      if (!isBatch(request)) return edges.send(request, turn);
      const { request: kept, sent } = remade(request);
      const reply = await edges.send(kept, turn);
      return reply.kind === 'replied' ? change(reply, sent()) : reply;
    },
  }),
});

/** Answers a refused call as if each of its jobs were refused for itself. */
const blameEverybody = repliesTo((reply, sent) => {
  if (reply.status !== 400 || !textOf(reply).includes('DLI.0001')) return reply;
  const jobs = sent.split(',').length;
  const refusal = { error_code: 'DLI.0002', error_msg: 'words' };
  return replied(reply.status, new Array(jobs).fill(refusal));
});

/** Reads a list of another length by position, and takes missing rows for success. */
const readByPosition = repliesTo((reply, sent) => {
  const { body: rows } = reply;
  const jobs: Json = JSON.parse(sent);
  if (!Array.isArray(rows) || !isObject(jobs) || !Array.isArray(jobs.job_ids)) return reply;
  const good = { is_success: 'true', message: 'words' };
  const all = jobs.job_ids.map((_, i) => rows[i] ?? good);
  return rows.length === 1 ? reply : replied(reply.status, all);
});

/** Changes the replies to batch requests. */
const repliesThat = (change: (reply: Replied, request: UpstreamRequest) => Reply): Breakage => ({
  edges: (edges) => ({
    ...edges,
    send: async (request, turn) => {
      const reply = await edges.send(request, turn);
      return isBatch(request) && reply.kind === 'replied' ? change(reply, request) : reply;
    },
  }),
});

/** Answers every later look at a job with the first one. */
const firstLookStands = (): Breakage => {
  const histories = new WeakMap<object, Map<string, Reply>>();
  return {
    edges: (edges) => {
      const seen = histories.get(edges.random) ?? new Map<string, Reply>();
      histories.set(edges.random, seen);
      return {
        ...edges,
        send: async (request, turn) => {
          if (request.method !== 'GET') return edges.send(request, turn);
          const reply = seen.get(request.path) ?? (await edges.send(request, turn));
          if (reply.kind === 'replied' && reply.status === 200) seen.set(request.path, reply);
          return reply;
        },
      };
    },
  };
};

const NOT_FOUND = replied(400, { error_code: 'DLI.0002', error_msg: 'words' });

/** Takes a job for missing, without a look at it, where a list of its project's jobs left it out. */
const listsAreWhole: Breakage = {
  edges: (edges) => {
    const listed = new Map<string, string>();
    return {
      ...edges,
      send: async (request, turn) => {
        const list = listed.get(request.project);
        const id = request.path.split('/').at(-1);
        if (request.route === 'look' && request.method === 'GET' && list !== undefined)
          if (!list.includes(`"job_id":${id},`)) return NOT_FOUND;
        const reply = await edges.send(request, turn);
        if (request.route === 'list' && reply.kind === 'replied' && textOf(reply).includes('_list'))
          listed.set(request.project, `${list ?? ''}${textOf(reply)}`);
        return reply;
      },
    };
  },
};

/** Takes a page for a reply of the service that says nothing of any job. */
const takesPagesForReplies: Breakage = {
  edges: (edges) => ({
    ...edges,
    send: async (request, turn) => {
      const reply = await edges.send(request, turn);
      const trouble = reply.kind === 'replied' ? reply.says.trouble : undefined;
      return trouble === 'unreadable' || trouble === 'no-route' ? replied(200, '[]') : reply;
    },
  }),
};

/** Control loops that take replies and looks for what they are not. */
export const BROKEN_REPLIES: readonly Broken[] = [
  {
    name: 'repeats blindly: takes a job for stopped without a look',
    breaks: ['P4 nothing blind'],
    breakage: looksThatShow('job_init'),
  },
  {
    name: 'takes a server error for a refusal for now',
    breaks: ['P4 nothing blind'],
    breakage: repliesThat((reply) =>
      reply.status === 500 ? replied(400, { error_code: 'DRS.M01504', error_msg: 'words' }) : reply,
    ),
  },
  {
    name: 'takes one refusal at status 200 for the refusal of all jobs',
    from: 870,
    breaks: ['P4 nothing blind'],
    breakage: repliesThat((reply) =>
      reply.status === 200 && /^\[?\{"is_success":"false"[^{]*$/.test(textOf(reply))
        ? replied(400, { error_code: 'DLI.0001', error_msg: 'words' })
        : reply,
    ),
  },
  {
    name: 'rejects all jobs of a call for one',
    from: 40,
    breaks: ['P7 a bad id hurts only itself'],
    breakage: blameEverybody,
  },
  {
    name: 'does not isolate after a 403',
    from: 6_460,
    breaks: ['P7 a bad id hurts only itself'],
    breakage: repliesThat((reply) =>
      reply.status === 403 || reply.status === 413
        ? replied(400, { error_code: 'APIGW.0201', error_msg: 'words' })
        : reply,
    ),
  },
  {
    name: 'reads a list of another length by position',
    breaks: ['verdicts are true'],
    breakage: readByPosition,
  },
  {
    name: 'runs a job before its stop is done',
    from: 404,
    breaks: ['a run waits for the stop before it'],
    breakage: looksThatShow('job_cancel_success'),
  },
  {
    name: 'runs a job without the savepoint that its stop is making',
    from: 1_900,
    breaks: ['a restart is whole'],
    breakage: looksThatShow('job_cancel_success'),
  },
  {
    name: 'takes a busy task for a refused one',
    from: 2_210,
    breaks: ['verdicts are true'],
    breakage: repliesThat((reply) =>
      reply.body === null
        ? reply
        : replied(reply.status, textOf(reply).replaceAll('DRS.M01504', 'DRS.M05003')),
    ),
  },
  {
    name: 'believes an old look',
    breaks: ['verdicts are true'],
    breakage: firstLookStands(),
  },
  {
    name: 'says delivered without a look',
    breaks: ['verdicts are true'],
    breakage: looksThatShow('job_running'),
  },
  {
    name: 'takes a job for missing that is on no page of the list',
    breaks: ['P4 nothing blind'],
    breakage: listsAreWhole,
  },
  {
    name: 'takes a gateway’s page for a call that may have been served',
    breaks: ['three refusals open the breaker, and the invocation fails'],
    breakage: takesPagesForReplies,
  },
];
