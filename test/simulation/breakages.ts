import { createHash } from 'node:crypto';
import { isObject, type Json, parseJson } from '../../shared/json/json.ts';
import type { Entry, Ledger } from '../../shared/ledger/ledger.ts';
import type { UpstreamRequest } from '../../shared/operations/operation.ts';
import { readReply } from '../../shared/reply/read-reply.ts';
import type { Replied, Reply } from '../../shared/reply/reply.ts';
import type { Handed } from './queue-model.ts';
import { replied as replyOf } from './reply-model.ts';
import type { Breakage } from './simulate.ts';

/** A control loop that is wrong in one way, and the promises of which at least one must be seen broken. */
export interface Broken {
  /** The seed to begin with, where few histories can show it; 1 if absent. */
  readonly from?: number;
  readonly name: string;
  readonly breaks: readonly string[];
  readonly breakage: Breakage;
}

const replied = (...wire: Parameters<typeof replyOf>): Reply => readReply(replyOf(...wire));

const textOf = ({ body }: Replied): string => JSON.stringify(body);

const isBatch = ({ method, path }: UpstreamRequest): boolean =>
  method === 'POST' && !path.endsWith('/batch-status');

/** JSON as text, changed: by rule, without a care for large numbers. */
const rewritten = (text: string, change: (value: { [key: string]: Json }) => void): string => {
  const value: Json = JSON.parse(text);
  if (!isObject(value)) return text;
  const copy = { ...value };
  change(copy);
  return JSON.stringify(copy);
};

/** A ledger that shows some of its entries otherwise. */
const withEntries =
  (show: (entry: Entry) => Entry | undefined) =>
  (ledger: Ledger): Ledger => ({
    ...ledger,
    read: async (keys) => {
      const entries = await ledger.read(keys);
      return (
        entries &&
        new Map(
          [...entries].flatMap(([key, entry]) => {
            const shown = show(entry);
            return shown === undefined ? [] : [[key, shown] as const];
          }),
        )
      );
    },
  });

/** Writes whatever anybody else has written. */
const overwriting = (ledger: Ledger, isMeant: (key: string) => boolean): Ledger => ({
  ...ledger,
  write: async (entry, seen) => {
    const written = await ledger.write(entry, seen);
    if (written !== 'lost' || !isMeant(entry.key)) return written;
    const held = await ledger.read([entry.key]);
    return ledger.write(entry, held?.get(entry.key)?.version);
  },
});

const isPart = (key: string): boolean => key.startsWith('intent/');
const isJob = (key: string): boolean => key.startsWith('job/');

const ledgerThat = (change: (ledger: Ledger) => Ledger): Breakage => ({
  edges: (edges) => ({ ...edges, ledger: change(edges.ledger) }),
});

/** A batch request whose body is rewritten when it is made ready, and what it was then. */
const remade = (request: UpstreamRequest, change = (body: string) => body) => {
  let sent = '';
  const ready = async (): Promise<string | undefined> => {
    const body = await request.ready?.();
    if (body !== undefined) sent = change(body);
    return body === undefined ? undefined : sent;
  };
  return { request: { ...request, ready }, sent: () => sent };
};

/** Requests to the batch endpoints, rewritten. */
const bodyThat = (change: (body: string) => string): Breakage => ({
  edges: (edges) => ({
    ...edges,
    send: (request, turn) =>
      edges.send(isBatch(request) ? remade(request, change).request : request, turn),
  }),
});

const asLooked = (path: string, status: string): string =>
  path.startsWith('/v3/')
    ? JSON.stringify({ results: [] })
    : JSON.stringify({ is_success: 'true', job_detail: { status } });

/** Nobody looks: every look at a DLI job is said to show this. */
const looksThatShow = (status: string): Breakage => ({
  edges: (edges) => ({
    ...edges,
    send: async (request, turn) =>
      request.method === 'GET'
        ? replied(200, asLooked(request.path, status))
        : edges.send(request, turn),
  }),
});

/** Bodies of a batch, rewritten. */
const batchThat = (change: (batch: readonly Handed[]) => readonly Handed[]): Breakage => ({
  loop: (loop) => (batch, remainingMs) => loop(change(batch), remainingMs),
});

const eachBody = (change: (body: string) => string): Breakage =>
  batchThat((batch) =>
    batch.map((message) => {
      try {
        return { ...message, body: change(message.body) };
      } catch {
        return message;
      }
    }),
  );

/** A flag that one intent of a batch sets is set for all of them. */
const orFlags = (batch: readonly Handed[]): readonly Handed[] => {
  const isSet = (flag: string) => batch.some(({ body }) => body.includes(`"${flag}":true`));
  return batch.map((message) => ({
    ...message,
    body: ['resume_savepoint', 'trigger_savepoint'].reduce(
      (body, flag) => (isSet(flag) ? body.replace(`"${flag}":false`, `"${flag}":true`) : body),
      message.body,
    ),
  }));
};

/** Gives the intents of a batch each other's ids, the oldest the newest's. */
const swapAges = (batch: readonly Handed[]): readonly Handed[] => {
  const idOf = (body: string) => /"intent_id":"([^"]+)"/.exec(body)?.[1] ?? '';
  const ids = [...new Set(batch.map(({ body }) => idOf(body)))].filter(Boolean).toSorted();
  return batch.map((message) => {
    const id = idOf(message.body);
    const other = ids[ids.length - 1 - ids.indexOf(id)] ?? id;
    return id === '' ? message : { ...message, body: message.body.replace(id, other) };
  });
};

const roundNumbers = (text: string): string => JSON.stringify(JSON.parse(text));

/** Splits every call of several jobs as if all refusals were each job's own. */
const blameEverybody: Breakage = {
  edges: (edges) => ({
    ...edges,
    send: async (request, turn) => {
      if (!isBatch(request)) return edges.send(request, turn);
      const { request: kept, sent } = remade(request);
      const reply = await edges.send(kept, turn);
      if (reply.kind !== 'replied' || reply.status !== 400) return reply;
      if (!textOf(reply).includes('DLI.0001')) return reply;
      const jobs = sent().split(',').length;
      const refusal = { error_code: 'DLI.0002', error_msg: 'words' };
      return replied(reply.status, new Array(jobs).fill(refusal));
    },
  }),
};

/** Reads a list of another length by position, as far as it goes, and takes the rest for good. */
const readByPosition: Breakage = {
  edges: (edges) => ({
    ...edges,
    send: async (request, turn) => {
      if (!isBatch(request)) return edges.send(request, turn);
      const { request: kept, sent } = remade(request);
      const reply = await edges.send(kept, turn);
      if (reply.kind !== 'replied') return reply;
      const { body: rows } = reply;
      const jobs: Json = JSON.parse(sent());
      if (!Array.isArray(rows) || !isObject(jobs) || !Array.isArray(jobs.job_ids)) return reply;
      const good = { is_success: 'true', message: 'words' };
      const all = jobs.job_ids.map((_, i) => rows[i] ?? good);
      return rows.length === 1 ? reply : replied(reply.status, all);
    },
  }),
};

/** Replies to the batch endpoints, rewritten. */
const repliesThat = (change: (reply: Replied, request: UpstreamRequest) => Reply): Breakage => ({
  edges: (edges) => ({
    ...edges,
    send: async (request, turn) => {
      const reply = await edges.send(request, turn);
      return isBatch(request) && reply.kind === 'replied' ? change(reply, request) : reply;
    },
  }),
});

/** The first look at a job in a history stands for all later ones. */
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

/** Whoever turns requests back is taken for a service that tells nothing: perhaps it has served them. */
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

/** Ids that a broken way in has made. */
let made = 0;

export const BROKEN: readonly Broken[] = [
  {
    name: 'acknowledges before it publishes',
    breaks: ['P1 nothing lost'],
    breakage: {
      edges: (edges) => ({
        ...edges,
        publish: async (results) => {
          void edges.publish(results);
          return results.map(() => true);
        },
      }),
    },
  },
  {
    name: 'gives nothing back',
    breaks: ['P1 nothing lost'],
    breakage: {
      loop: (loop) => async (batch, remainingMs) => {
        await loop(batch, remainingMs);
        return [];
      },
    },
  },
  {
    name: 'forgets verdicts',
    breaks: ['P2 one verdict'],
    breakage: ledgerThat((ledger) =>
      withEntries((entry) => (isPart(entry.key) ? undefined : entry))(overwriting(ledger, isPart)),
    ),
  },
  {
    name: 'publishes before it records',
    breaks: ['P2 one verdict'],
    breakage: ledgerThat((ledger) => ({
      ...ledger,
      write: async (entry, seen) => {
        if (!isPart(entry.key)) return ledger.write(entry, seen);
        void ledger.write(entry, seen);
        return 'written';
      },
    })),
  },
  {
    name: 'makes no claim',
    breaks: ['P3 nothing stale'],
    breakage: ledgerThat((ledger) =>
      withEntries((entry) => (isJob(entry.key) ? undefined : entry))(overwriting(ledger, isJob)),
    ),
  },
  {
    name: 'takes the claim whoever has it',
    breaks: ['P4 nothing blind'],
    breakage: ledgerThat((ledger) => overwriting(ledger, isJob)),
  },
  {
    name: 'takes the younger for the older',
    breaks: ['P3 nothing stale'],
    breakage: batchThat(swapAges),
  },
  {
    name: 'repeats blindly: a look that nobody took shows a job at rest',
    breaks: ['P4 nothing blind'],
    breakage: looksThatShow('job_init'),
  },
  {
    name: 'repeats blindly: what went unanswered counts as unserved',
    breaks: ['P4 nothing blind'],
    breakage: ledgerThat(
      withEntries((entry) =>
        isPart(entry.key)
          ? { ...entry, body: rewritten(entry.body, (part) => Object.assign(part, { asked: [] })) }
          : entry,
      ),
    ),
  },
  {
    name: 'has a lease that is over at once',
    breaks: ['P4 nothing blind'],
    breakage: { limits: (limits) => ({ ...limits, leaseMs: 1 }) },
  },
  {
    name: 'does not know that a status may be older than a stop',
    breaks: ['a run waits for the stop before it', 'a restart is whole'],
    breakage: { limits: (limits) => ({ ...limits, settleMs: () => 1 }) },
  },
  {
    name: 'takes a late status for a request without effect',
    breaks: ['P4 nothing blind', 'one effect for one intent'],
    breakage: { limits: (limits) => ({ ...limits, settleMs: () => 1 }) },
  },
  {
    name: 'opens a claim as soon as its request is seen to have been served',
    from: 6_400,
    breaks: ['P3 nothing stale', 'the newest intent is the last', 'P4 nothing blind'],
    breakage: ledgerThat(
      withEntries((entry) =>
        isPart(entry.key)
          ? {
              ...entry,
              body: rewritten(entry.body, (part) => {
                if (Array.isArray(part.asked) && part.asked.length === 0) part.ends = [];
              }),
            }
          : entry,
      ),
    ),
  },
  {
    name: 'takes an error of the server for a refusal that will pass',
    breaks: ['P4 nothing blind'],
    breakage: repliesThat((reply) =>
      reply.status === 500 ? replied(400, { error_code: 'DRS.M01504', error_msg: 'words' }) : reply,
    ),
  },
  {
    name: 'takes one refusal beside a status of success for the refusal of all',
    breaks: ['P4 nothing blind'],
    breakage: repliesThat((reply) =>
      reply.status === 200 && /^\[?\{"is_success":"false"[^{]*$/.test(textOf(reply))
        ? replied(400, { error_code: 'DLI.0001', error_msg: 'words' })
        : reply,
    ),
  },
  {
    name: 'sets flags for all that one has set',
    breaks: ['P5 flags are sacred'],
    breakage: batchThat(orFlags),
  },
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
    name: 'accepts a job without an option of its own',
    breaks: ['P9 exact ids'],
    breakage: {
      readText: (text) => {
        const parsed = parseJson(text.replaceAll(/,"is_auto_create_compare":(true|false)/g, ''));
        return parsed.ok ? parsed.value : undefined;
      },
    },
  },
  {
    name: 'names a job twice',
    breaks: ['P6 fewest calls'],
    breakage: bodyThat((body) => body.replace(/^\{"job_ids":\[(\d+)/, '{"job_ids":[$1,$1')),
  },
  {
    name: 'makes more calls than it needs',
    breaks: ['P6 fewest calls'],
    breakage: { limits: (limits) => ({ ...limits, maxJobsPerCall: () => 1 }) },
  },
  {
    name: 'rejects everybody for one',
    breaks: ['P7 a bad id hurts only itself'],
    breakage: blameEverybody,
  },
  {
    from: 1_000,
    name: 'takes no 403 apart',
    breaks: ['P7 a bad id hurts only itself'],
    breakage: repliesThat((reply) =>
      reply.status === 403 || reply.status === 413
        ? replied(400, { error_code: 'APIGW.0201', error_msg: 'words' })
        : reply,
    ),
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
    name: 'asks three times before it takes a refusal',
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
    name: 'reads a list of another length by position',
    breaks: ['verdicts are true'],
    breakage: readByPosition,
  },
  {
    name: 'drops what it cannot read',
    breaks: ['P8 unreadable input is kept'],
    breakage: { edges: (edges) => ({ ...edges, bury: async () => true }) },
  },
  {
    name: 'drops what has failed',
    breaks: ['failed messages are kept'],
    breakage: {
      edges: (edges) => ({
        ...edges,
        bury: async (message, reason) => message.receiveCount > 2 || edges.bury(message, reason),
      }),
    },
  },
  {
    name: 'tidies up what it cannot read',
    breaks: ['P8 unreadable input is kept'],
    breakage: {
      edges: (edges) => ({
        ...edges,
        bury: (message, reason) =>
          edges.bury(
            { ...message, body: message.body.trim().toWellFormed().replace('\ufeff', '') },
            reason,
          ),
      }),
    },
  },
  {
    name: 'leaves what it cannot read for later',
    breaks: ['P8 unreadable input is kept'],
    breakage: {
      edges: (edges) => ({
        ...edges,
        bury: async (message, reason) => message.receiveCount > 2 && edges.bury(message, reason),
      }),
    },
  },
  {
    name: 'sends ids as doubles',
    breaks: ['P5 flags are sacred'],
    breakage: bodyThat(roundNumbers),
  },
  {
    name: 'accepts ids as doubles',
    breaks: ['P9 exact ids'],
    breakage: {
      readText: (text) =>
        JSON.parse(text, (_, value: unknown) =>
          typeof value === 'number' && !Number.isSafeInteger(value) ? String(BigInt(value)) : value,
        ),
    },
  },
  {
    name: 'makes ids of events of whole seconds and a hash',
    breaks: ['P3 in causal order'],
    breakage: {
      newIntentId: (now, event) => {
        const second = Math.floor(now / 1_000) * 1_000;
        const time = (event === undefined ? now : second).toString(16).padStart(12, '0');
        const hash = createHash('md5')
          .update(event ?? `${now}`)
          .digest('hex');
        return `${time.slice(0, 8)}-${time.slice(8)}-7${hash.slice(0, 3)}-8${hash.slice(3, 6)}-${hash.slice(6, 18)}`;
      },
    },
  },
  {
    name: 'believes a clock that is ahead',
    breaks: ['P3 nothing stale', 'verdicts are true', 'P3 in causal order'],
    breakage: {
      loop: (loop) => (batch, remainingMs) =>
        loop(
          batch.map((message) => ({ ...message, sentAt: Number.POSITIVE_INFINITY })),
          remainingMs,
        ),
    },
  },
  {
    name: 'keeps verdicts by the cut of a message',
    breaks: ['P2 one verdict'],
    breakage: eachBody((body) =>
      rewritten(body, (intent) => {
        delete intent.first;
      }),
    ),
  },
  {
    name: 'knows an event by its id alone, whatever it wishes',
    breaks: ['P1 nothing lost', 'P9 exact ids'],
    breakage: {
      keyOf: (text) => {
        const [caller, event]: readonly Json[] = JSON.parse(text);
        return createHash('md5').update(`${caller} ${event}`).digest('hex');
      },
    },
  },
  {
    name: 'takes each delivery of an event for a wish of its own',
    breaks: ['an event is one intent'],
    breakage: eachBody((body) =>
      rewritten(body, (intent) => {
        delete intent.key;
      }),
    ),
  },
  {
    name: 'takes a late event for one of now',
    breaks: ['a late event is as old as its time'],
    breakage: {
      newIntentId: (now) => {
        const time = now.toString(16).padStart(12, '0');
        const tail = createHash('md5').update(`${++made}`).digest('hex');
        return `${time.slice(0, 8)}-${time.slice(8)}-7${tail.slice(0, 3)}-8${tail.slice(3, 6)}-${tail.slice(6, 18)}`;
      },
    },
  },
  {
    name: 'knows no order of a sender of its own',
    breaks: ['the order of sequences is kept'],
    breakage: eachBody((body) =>
      rewritten(body, (intent) => {
        delete intent.sequence;
      }),
    ),
  },
  {
    name: 'runs a job before its stop is done',
    breaks: ['a run waits for the stop before it'],
    breakage: looksThatShow('job_cancel_success'),
  },
  {
    name: 'does not know that a stop came before',
    breaks: ['a stop is not given up for a run'],
    breakage: ledgerThat(
      withEntries((entry) =>
        isJob(entry.key)
          ? { ...entry, body: entry.body.replace('"dli.stop"', '"dli.run"') }
          : entry,
      ),
    ),
  },
  {
    name: 'does not wait for the stop that a run names',
    breaks: ['a run follows the stop that it names'],
    breakage: eachBody((body) =>
      rewritten(body, (intent) => {
        delete intent.after;
        delete intent.after_name;
      }),
    ),
  },
  {
    name: 'runs a job without the savepoint that its stop is making',
    breaks: ['a restart is whole'],
    breakage: looksThatShow('job_cancel_success'),
  },
  {
    name: 'takes a task that is busy for one that is refused',
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
    name: 'says delivered of what it has not seen',
    breaks: ['verdicts are true'],
    breakage: looksThatShow('job_running'),
  },
  {
    name: 'ignores deadlines',
    breaks: ['deadlines are kept'],
    breakage: eachBody((body) =>
      rewritten(body, (intent) => {
        delete intent.expires_at;
      }),
    ),
  },
  {
    name: 'knows no deadline once it has begun',
    breaks: ['deadlines are kept'],
    breakage: {
      edges: (edges) => {
        const begunAt = edges.now();
        return {
          ...edges,
          now: () => begunAt,
          send: (request, turn) =>
            edges.send(request, { ...turn, beginBy: Number.POSITIVE_INFINITY }),
        };
      },
    },
  },
  {
    name: 'is ahead of its time',
    breaks: ['verdicts are true'],
    breakage: { edges: (edges) => ({ ...edges, now: () => edges.now() + 3_600_000 }) },
  },
  {
    name: 'gives up too soon',
    breaks: ['verdicts are true'],
    breakage: { limits: (limits) => ({ ...limits, maxReceives: 2 }) },
  },
  {
    name: 'says superseded of everything that waits',
    breaks: ['verdicts are true'],
    breakage: ledgerThat(
      withEntries((entry) =>
        isJob(entry.key)
          ? { ...entry, body: rewritten(entry.body, (job) => Object.assign(job, { newest: 'f' })) }
          : entry,
      ),
    ),
  },
  {
    name: 'knows of no cool-down',
    breaks: ['no call while the breaker is open'],
    breakage: ledgerThat(
      withEntries((entry) => (entry.key.startsWith('cool/') ? undefined : entry)),
    ),
  },
  {
    name: 'takes a gateway’s page for perhaps served',
    breaks: ['three refusals open the breaker, and the invocation fails'],
    breakage: takesPagesForReplies,
  },
  {
    name: 'never comes back to what waits',
    breaks: ['everything settles'],
    breakage: {
      edges: (edges) => ({ ...edges, send: async () => ({ kind: 'silent', reason: 'unplugged' }) }),
    },
  },
];
