import { makeSlots } from '../../shared/batching/slots.ts';
import { makeCarryOut } from '../../shared/control/carry-out.ts';
import { cutCalls } from '../../shared/intent/cut-calls.ts';
import { jobIdOf, type UpstreamRequest } from '../../shared/operations/operation.ts';
import type { Reply } from '../../shared/reply/reply.ts';
import { readied } from '../../shared/upstream/readied.ts';
import { makeRandom } from '../simulation/random.ts';
import { makeSchedule, type Schedule } from '../simulation/schedule.ts';
import { agree, refusal } from './control-room.ts';
import { ANY_TIME } from './deadlines.ts';
import { keptLog } from './logs.ts';
import { openWishes, theOnly } from './records-room.ts';
import { replied } from './replies.ts';

export interface TimedOptions {
  readonly jobs: number;
  /** The share of bad jobs, which are drawn by `seed`. */
  readonly badShare: number;
  readonly seed?: number;
  readonly maxJobsPerCall: number;
  readonly atOnce?: number;
}

const REFUSED = replied(400, refusal('DLI.0001'));

/** What a request takes, in milliseconds. */
const latencyOf = (jobs: number): number => 50 + jobs;

/** An upstream that refuses each call with a bad job; and how many jobs each request had. */
const makeTimedSend = (schedule: Schedule, bad: ReadonlySet<string>) => {
  const sizes: number[] = [];
  const send = async (request: UpstreamRequest): Promise<Reply> => {
    const ready = await readied(request, ANY_TIME, schedule.now);
    if (ready.kind === 'held') return ready.reply;
    const { body = '' } = ready;
    const asked: readonly string[] = JSON.parse(body).job_ids.map(String);
    sizes.push(asked.length);
    const { promise, resolve } = Promise.withResolvers<void>();
    schedule.after(latencyOf(asked.length), resolve);
    await promise;
    return asked.some((job) => bad.has(job))
      ? REFUSED
      : agree({ path: request.path, body, jobs: asked });
  };
  return { sizes, send };
};

/**
 * Carries out calls in virtual time, so that the figures are the same on every machine. A call with a bad job is refused whole,
 * and the refusal names no job.
 */
export const timeIsolation = async (options: TimedOptions) => {
  const { jobs, badShare, seed = 1, maxJobsPerCall, atOnce = 20 } = options;
  const random = makeRandom(seed, 0);
  const ids = Array.from({ length: jobs }, (_, i) => String(i + 1));
  const bad = new Set(random.shuffle(ids).slice(0, Math.round(jobs * badShare)));
  const schedule = makeSchedule(0);
  const { sizes, send } = makeTimedSend(schedule, bad);
  const { log } = keptLog();
  const edges = { send, log, now: schedule.now, newId: () => 'id', random: () => 0 };
  const slots = makeSlots(atOnce);
  const carryOut = makeCarryOut(edges, {
    deadlineFor: () => ANY_TIME,
    claim: async ({ carriers }) => carriers,
    slotsOf: () => slots,
    mayBegin: () => true,
  });
  const verdicts = new Map<string, string>();
  const calls = cutCalls([theOnly(openWishes({ jobs: ids }).calls)], () => maxJobsPerCall);
  const done = Promise.all(
    calls.map((call) =>
      carryOut(call, async (attempt) => {
        for (const [{ job }, { kind }] of attempt.verdicts) verdicts.set(jobIdOf(job), kind);
      }),
    ),
  );
  let isDone = false;
  void done.then(() => {
    isDone = true;
  });
  await schedule.run(() => isDone);
  await done;
  return {
    requests: sizes.length,
    seconds: schedule.now() / 1_000,
    /** Jobs whose verdict is not what they deserve. */
    wrong: ids.filter((id) => verdicts.get(id) !== (bad.has(id) ? 'rejected' : 'delivered')),
  };
};
