import { expect } from 'vitest';
import { type ControlLimits, makeControlLoop } from '../../shared/control/control.ts';
import type { Received } from '../../shared/control/received.ts';
import type { Result } from '../../shared/intent/result.ts';
import { isObject, parseJson } from '../../shared/json/json.ts';
import { type StartSpan, UNTRACED } from '../../shared/json/span.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import type { ProjectId, UpstreamRequest } from '../../shared/operations/operation.ts';
import { heldBack, type Reply } from '../../shared/reply/reply.ts';
import { fixedAllowance } from '../../shared/upstream/allowance.ts';
import { readied } from '../../shared/upstream/readied.ts';
import { hindrance, type Identify, type Send } from '../../shared/upstream/send.ts';
import { type InTurn, makeTurns } from '../../shared/upstream/turns.ts';
import { LIMITS } from './limits.ts';
import { keptLog } from './logs.ts';
import { listPage, lookReply } from './look-replies.ts';
import { measureEdges } from './measured-edges.ts';
import { memoryLedger } from './memory-ledger.ts';
import { bodyOf, NOW, type Wish } from './messages.ts';
import { replied } from './replies.ts';
import { schemaFaultsOf } from './result-schema.ts';
import { makeRun } from './run-batches.ts';

/** One request as the upstream sees it. */
export interface SeenCall {
  readonly path: string;
  readonly body: string;
  readonly jobs: readonly string[];
}

export interface ControlRoomOptions {
  readonly reply?: (call: SeenCall) => Reply | Promise<Reply>;
  /** In place of any other reply, to calls and looks: what stands between here and the upstream. */
  readonly between?: (request: UpstreamRequest) => Reply | undefined;
  /** What a look shows of a job; undefined: nothing. */
  readonly statusOf?: (job: string) => string | undefined | Promise<string | undefined>;
  /** What a look is answered in place of statuses; undefined: those. */
  readonly replyToLook?: () => Reply | undefined;
  /** What the page of the list of jobs shows that begins after so many; undefined: nothing on any page. */
  readonly replyToList?: (offset: number) => Reply | Promise<Reply> | undefined;
  /** Whether the bus takes a result. */
  readonly publishes?: (result: Result) => boolean | Promise<boolean>;
  /** Whether the dead-letter queue takes a message. */
  readonly takesDeadLetters?: () => boolean | Promise<boolean>;
  readonly remainingMs?: () => number;
  /** For how many milliseconds a request has to wait for its turn. */
  readonly turnInMs?: () => number;
  readonly now?: () => number;
  readonly ledger?: Ledger;
  readonly maxJobsPerCall?: number;
  readonly callConcurrency?: number;
  /** Requests at once by one key pair; undefined: any number. */
  readonly callsPerKey?: number;
  readonly limits?: Partial<ControlLimits>;
  readonly identify?: Identify;
  /** How its ids begin: other than those of a room that shares its ledger. */
  readonly ids?: string;
  readonly startSpan?: StartSpan;
}

export const YES = { is_success: 'true', message: 'words' };
export const refusal = (code: string) => ({ error_code: code, error_msg: 'words' });

/** The ids that a look asks for. */
const lookedAt = ({
  method,
  path,
  body = '{}',
}: UpstreamRequest): readonly string[] | undefined => {
  if (method === 'GET') return [path.slice(path.lastIndexOf('/') + 1)];
  return path.endsWith('/batch-status') ? seen(path, body).jobs : undefined;
};

const idOf = (job: unknown): string => String(isObject(job) ? job.job_id : job);
const seen = (path: string, body: string): SeenCall => {
  const parsed = parseJson(body);
  const { job_ids, jobs } = parsed.ok && isObject(parsed.value) ? parsed.value : {};
  return { path, body, jobs: [job_ids ?? jobs].flat().map(idOf) };
};

/** Says yes to each job, as the service of the path would. */
export const agree = ({ path, jobs }: SeenCall): Reply =>
  path.startsWith('/v3/')
    ? replied(202, { results: jobs.map((id) => ({ id, status: 'success' })) })
    : replied(
        200,
        jobs.map(() => YES),
      );

export const message = (messageId: string, wish: Wish | string, receiveCount = 1): Received => ({
  messageId,
  body: typeof wish === 'string' ? wish : bodyOf(wish),
  receiveCount,
});

const DEFAULTS = {
  reply: agree,
  between: () => undefined,
  statusOf: () => undefined,
  replyToLook: () => undefined,
  replyToList: () => undefined,
  publishes: () => true,
  takesDeadLetters: () => true,
  remainingMs: () => 60_000,
  turnInMs: () => 0,
  now: () => Date.parse(NOW),
  maxJobsPerCall: 100,
  callConcurrency: 8,
  callsPerKey: Number.POSITIVE_INFINITY,
  limits: {},
  identify: async () => ({ kind: 'known', key: 'key' }),
  ids: 'id',
  startSpan: UNTRACED,
} as const satisfies ControlRoomOptions;

type Options = Required<ControlRoomOptions>;

/** The upstream of a room, which keeps the calls and looks that it is asked for. */
const makeUpstream = (options: Options) => {
  const { between, reply, statusOf, replyToLook, replyToList, turnInMs, now } = options;
  const calls: SeenCall[] = [];
  const looks: (readonly string[])[] = [];
  const lists: number[] = [];
  const showStatuses = async (request: UpstreamRequest, jobs: readonly string[]) => {
    looks.push(jobs);
    const instead = between(request) ?? replyToLook();
    if (instead !== undefined) return instead;
    const statuses = jobs.map(async (job) => [job, await statusOf(job)] as const);
    return lookReply(request, await Promise.all(statuses));
  };
  const exchange: Send = async (request, turn) => {
    if (hindrance(turn, now() + turnInMs()) !== undefined) return heldBack('no time left');
    if (request.route === 'list') {
      const offset = Number(/offset=(\d+)/.exec(request.path)?.[1]);
      lists.push(offset);
      return between(request) ?? replyToList(offset) ?? listPage([]);
    }
    const jobs = lookedAt(request);
    if (jobs !== undefined) return showStatuses(request, jobs);
    const ready = await readied(request, turn, now);
    if (ready.kind === 'held') return ready.reply;
    const call = seen(request.path, ready.body ?? '');
    calls.push(call);
    return between(request) ?? reply(call);
  };
  return { calls, looks, lists, exchange };
};

/** Sends requests by one key pair in turn. */
const inLanes = (exchange: Send, { identify, callsPerKey }: Options): Send => {
  const lanes = new Map<string, InTurn>();
  const laneOf = async (project: ProjectId): Promise<InTurn> => {
    const identity = await identify(project);
    const key = identity.kind === 'known' ? identity.key : '';
    const lane = lanes.get(key) ?? makeTurns(fixedAllowance(callsPerKey));
    lanes.set(key, lane);
    return lane;
  };
  return async (request, turn) => {
    const run = async () => ({ reply: await exchange(request, turn) });
    const inTurn = await laneOf(request.project);
    return (await inTurn(request.project, run, request.isLook ? 'look' : 'call')).reply;
  };
};

/** The queue and the bus of a room, which keep what they are given. */
const makeWaysOut = ({ publishes, takesDeadLetters }: Options) => {
  const results: Result[] = [];
  const deadLettered: (readonly [Received, string])[] = [];
  const postponed = new Map<string, number>();
  const removed: string[] = [];
  const edges = {
    publish: async (batch: readonly Result[]) => {
      const taken = await Promise.all(batch.map(publishes));
      expect(batch.flatMap(schemaFaultsOf)).toEqual([]);
      results.push(...batch.filter((_, i) => taken[i]));
      return taken;
    },
    deadLetter: async (unreadable: Received, reason: string) => {
      deadLettered.push([unreadable, reason]);
      return takesDeadLetters();
    },
    remove: async (messages: readonly Received[]) => {
      removed.push(...messages.map(({ messageId }) => messageId));
    },
    postpone: async (messages: readonly (readonly [Received, number])[]) => {
      for (const [{ messageId }, seconds] of messages) postponed.set(messageId, seconds);
      return messages.map(() => true);
    },
  };
  return { results, deadLettered, postponed, removed, edges };
};

const limitsOf = ({ maxJobsPerCall, callConcurrency, limits }: Options): ControlLimits => ({
  ...LIMITS,
  maxJobsPerCall: () => maxJobsPerCall,
  callConcurrency,
  msPerCall: 25_000,
  callsForMs: 600_000,
  leaseMs: 60_000,
  maxReceives: 100,
  ...limits,
});

/** The control loop with edges that keep all that is done to the world. Each run is an invocation of its own. */
export const startControlRoom = (given: ControlRoomOptions = {}) => {
  const options: Options = { ...DEFAULTS, ledger: given.ledger ?? memoryLedger(), ...given };
  const { ledger, identify, now, ids, remainingMs, startSpan } = options;
  const { exchange, ...asked } = makeUpstream(options);
  const { edges, ...out } = makeWaysOut(options);
  const { log, lines } = keptLog();
  let lastId = 0;
  const newId = () => `${ids} ${++lastId}`;
  const send = inLanes(exchange, options);
  const { measured, edges: all } = measureEdges<Received>({
    ledger,
    identify,
    send,
    ...edges,
    log,
    now,
    random: () => 0,
    newId,
    startSpan,
  });
  const control = makeControlLoop<Received>(all, limitsOf(options));
  const { run, failures } = makeRun(control, remainingMs);
  return {
    /** How often an invocation failed because the upstream refused every request. */
    refusals: () => failures.length,
    /** What it said then. */
    failures,
    /** What was counted since it was last asked. */
    measured,
    run,
    ...asked,
    ...out,
    lines,
  };
};

/** Results in a few words, in the order of job ids. */
export const outcomes = (results: readonly Result[]): readonly string[] =>
  results.map(({ job_id, outcome }) => `${job_id} ${outcome}`).toSorted();
