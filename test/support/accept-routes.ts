import { makeAcceptOnce } from '../../shared/accept/accept-once.ts';
import { makeReadStatus } from '../../shared/accept/read-status.ts';
import { makeRequestMemory } from '../../shared/accept/request-memory.ts';
import { makeRoutes, type RoutesEdges, tellProblem } from '../../shared/accept/routes.ts';
import type { TakeToken } from '../../shared/batching/token-buckets.ts';
import { makeHttpHandler } from '../../shared/edge/http.ts';
import { keyOf } from '../../shared/edge/intent-id.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { requestCodec } from '../../shared/ledger/request-record.ts';
import { startAcceptance } from './acceptance.ts';
import { letIn } from './callers.ts';
import { askHandler, type Sent } from './http-events.ts';
import { keptLog } from './logs.ts';
import { memoryLedger } from './memory-ledger.ts';
import { idAt, NOW, PROJECT } from './messages.ts';
import { startRecords } from './records-room.ts';

export const RUN = `/v1.0/${PROJECT}/streaming/jobs/run`;
export const STOP = `/v1.0/${PROJECT}/streaming/jobs/stop`;
export const START = `/v3/${PROJECT}/jobs/batch-starting`;
export const NATIVE = '/v1/intents';

/** What the routes do to the world: a queue and a ledger in memory, and a clock that a pause moves. */
export const startRouteEdges = (
  options?: Parameters<typeof startAcceptance>[0],
  inner: Ledger = memoryLedger(),
) => {
  const { steps, queued, sent } = startAcceptance(options);
  const { records } = startRecords(inner);
  const clock = { at: Date.parse(NOW) };
  const pause = async (ms: number) => {
    clock.at += ms;
  };
  const memory = makeRequestMemory(records.of(requestCodec), keyOf, () => clock.at);
  const now = () => new Date(clock.at);
  const edges: RoutesEdges = {
    acceptOnce: makeAcceptOnce({ ...steps, memory, keyOf, now, pause }),
    keyOf,
    hasTag: () => true,
    status: { readStatus: makeReadStatus(records), now: () => clock.at, pause },
  };
  return { edges, records, clock, queued, sent };
};

/** The routes of accept-http. */
export const beginRoutes = (
  options?: Parameters<typeof startAcceptance>[0],
  admit = letIn(),
  takeToken: TakeToken = () => 0,
  inner?: Ledger,
) => {
  const { edges, ...room } = startRouteEdges(options, inner);
  const { log, lines } = keptLog();
  let age = 10;
  const handler = makeHttpHandler({
    routes: makeRoutes(edges),
    tell: tellProblem,
    admit,
    takeToken,
    newIntentId: () => idAt(++age),
    log,
  });
  const post = (path: string, body: unknown, more: Partial<Sent> = {}) =>
    askHandler(handler, {
      path,
      body: typeof body === 'string' ? body : JSON.stringify(body),
      ...more,
    });
  return { post, ...room, lines };
};

/** A valid native request. */
export const native = { operation: 'dli.run', project_id: PROJECT, jobs: [131] };
