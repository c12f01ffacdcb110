import { makeControlLoop } from '../../shared/control.ts';
import type { Reply } from '../../shared/core/correlate.ts';
import { isObject, parseJson } from '../../shared/core/json.ts';
import type { Result } from '../../shared/core/result.ts';
import type { Received } from '../../shared/part.ts';
import { keptLog } from './logs.ts';
import { memoryLedger } from './memory-ledger.ts';
import { bodyOf, NOW, type Wish } from './messages.ts';
import { replied } from './replies.ts';

/** One request as the upstream sees it. */
export interface SeenCall {
  readonly path: string;
  readonly body: string;
  readonly jobs: readonly string[];
}

export interface ControlRoomOptions {
  readonly reply?: (call: SeenCall) => Reply | Promise<Reply>;
  readonly publishes?: (result: Result) => boolean;
  readonly buries?: boolean;
  readonly remainingMs?: () => number;
  readonly maxJobsPerCall?: number;
  readonly callConcurrency?: number;
}

export const YES = { is_success: 'true', message: 'words' };
export const refusal = (code: string) => ({ error_code: code, error_msg: 'words' });

const NOBODY_LOOKS: Reply = { kind: 'silent', reason: 'no look in this test' };

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

/** The control loop with edges that keep all that is done to the world. */
export const startControlRoom = ({
  reply = agree,
  publishes = () => true,
  buries = true,
  remainingMs = () => 60_000,
  maxJobsPerCall = 100,
  callConcurrency = 8,
}: ControlRoomOptions = {}) => {
  const calls: SeenCall[] = [];
  let ids = 0;
  const results: Result[] = [];
  const buried: (readonly [Received, string])[] = [];
  const postponed = new Map<string, number>();
  const { log, lines } = keptLog();
  const control = makeControlLoop<Received>(
    {
      ledger: memoryLedger(),
      send: async ({ method, path, body = '' }) => {
        if (method === 'GET' || path.endsWith('/batch-status')) return NOBODY_LOOKS;
        const call = seen(path, body);
        calls.push(call);
        return reply(call);
      },
      publish: async (batch) => {
        results.push(...batch.filter(publishes));
        return batch.map(publishes);
      },
      bury: async (unreadable, reason) => {
        buried.push([unreadable, reason]);
        return buries;
      },
      postpone: async (messages) => {
        for (const [{ messageId }, seconds] of messages) postponed.set(messageId, seconds);
      },
      log,
      now: () => Date.parse(NOW),
      random: () => 0,
      newId: () => `id ${++ids}`,
    },
    {
      maxJobsPerCall: () => maxJobsPerCall,
      callConcurrency,
      msPerCall: 25_000,
      leaseMs: 60_000,
      maxReceives: 100,
      keepSeconds: 3_600,
      restartDelaySeconds: 30,
    },
  );
  const run = (batch: readonly Received[]) => control(batch, remainingMs);
  return { run, calls, results, buried, postponed, lines };
};

/** Results in a few words, in the order of job ids. */
export const outcomes = (results: readonly Result[]): readonly string[] =>
  results.map(({ job_id, outcome }) => `${job_id} ${outcome}`).toSorted();
