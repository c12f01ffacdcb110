import { createHash } from 'node:crypto';
import { type Enqueue, makeAccept, type OutgoingMessage } from '../../shared/accept/accept.ts';
import { type AcceptPayload, makeAcceptPayload } from '../../shared/accept/payload.ts';
import type { IntentId } from '../../shared/intent/intent.ts';
import type { Chronicle, Request } from './chronicle.ts';
import type { Climate } from './climate.ts';
import {
  type Delivery,
  payloadOf,
  type ReadText,
  type RequestDeed,
  readExactly,
  requestOf,
} from './delivery.ts';
import { makeIds, uuidOf } from './model-ids.ts';
import type { QueueModel } from './queue-model.ts';
import { exchange, type Life, makeLife, rest, type Wire } from './wire.ts';
import { type Deed, PROCESSES } from './workload.ts';

/** The most entries of a SendMessageBatch. */
const PER_REQUEST = 10;
const ROUNDS = 4;

/** Event times are in whole seconds. */
const SECOND = 1_000;
const HOUR = 3_600_000;

/** The clock of each process is this much behind that of the one before. In total, as far as clocks may differ. */
const SKEW_MS = 50;
const STEPS = 4;

/** How a test breaks the way in. */
export interface AcceptBreakage {
  readonly readText?: ReadText | undefined;
  readonly newIntentId?: (now: number, event: string | undefined) => string;
  readonly keyOf?: (text: string) => string;
}

const plainKey = (text: string): string => createHash('md5').update(text).digest('hex');

/** An accepting process: its clock, and its maker of ids. */
interface Process {
  readonly clock: () => number;
  readonly newId: ReturnType<typeof makeIds>;
}

const startProcesses = (
  { schedule, random }: Wire,
  { ahead }: Climate,
): readonly [Process, ...Process[]] => {
  const start = schedule.now();
  const startProcess = (process: number): Process => {
    const clock = (): number => {
      const at = schedule.now() - start;
      const isAhead = ahead?.process === process && at >= ahead.from && at < ahead.to;
      return schedule.now() - SKEW_MS * process + (isAhead ? HOUR : 0);
    };
    return { clock, newId: makeIds(random, clock) };
  };
  const others = Array.from({ length: PROCESSES - 1 }, (_, i) => startProcess(i + 1));
  return [startProcess(0), ...others];
};

/** Sends messages to the queue for one request, and retries those that were not taken. */
const makeEnqueue = (wire: Wire, queue: QueueModel, life: Life, request: Request) => {
  const { random, weather } = wire;
  const send = (messages: readonly OutgoingMessage[]): Promise<readonly boolean[]> =>
    exchange(wire, life, { longest: 50 }, () => {
      const taken = messages.map(({ body }) => {
        if (weather.strikes('not sent')) return false;
        queue.put(body, request);
        return true;
      });
      return weather.strikes('sent, but not told') ? taken.map(() => false) : taken;
    });
  return async (messages: readonly OutgoingMessage[]): Promise<readonly boolean[]> => {
    const taken = messages.map(() => false);
    for (let round = 0; round < ROUNDS; round++) {
      const left = taken.flatMap((is, i) => (is ? [] : [i])).slice(0, PER_REQUEST);
      if (left.length === 0) break;
      if (round > 0) await rest(wire, life, random.between(50, 500));
      const answers = await send(messages.filter((_, i) => left.includes(i)));
      left.forEach((i, at) => {
        taken[i] = answers[at] === true;
      });
    }
    return taken;
  };
};

/** The code under test in one process, for one request. */
const openAccept = (
  { random }: Wire,
  climate: Climate,
  { clock, newId }: Process,
  enqueue: Enqueue,
  { newIntentId, keyOf = plainKey }: AcceptBreakage,
  event: string | undefined,
): AcceptPayload => {
  const now = () => new Date(clock());
  const accept = makeAccept({
    enqueue,
    now,
    newIntentId: newIntentId ? () => newIntentId(clock(), event) as IntentId : newId,
    maxMessageBytes: random.pick(climate.maxMessageBytes),
    blockJobs: climate.blockJobs,
    deadlineMs: climate.deadlineMs,
  });
  return makeAcceptPayload(accept, { now, keyOf, takesReplays: climate.takesReplays });
};

/** Hands deliveries to the code under test. Each is served in a life of its own, which a crash may end. */
const makeDeliver = (
  wire: Wire,
  { tell }: Chronicle,
  climate: Climate,
  queue: QueueModel,
  breakage: AcceptBreakage,
) => {
  const { readText = readExactly } = breakage;
  const { schedule, random, weather } = wire;
  const processes = startProcesses(wire, climate);
  let direct = 0;
  return (delivery: Delivery, onEnd: (intentId?: IntentId) => void): void => {
    const { deed, after } = delivery;
    const turnAway = (reason: string): void => {
      onEnd();
      tell({ kind: 'turned away', wish: deed.wish, reason });
    };
    const crashes = weather.strikes('accept crashes');
    const last = crashes ? random.between(0, STEPS) : Number.POSITIVE_INFINITY;
    const life = makeLife(last, () => turnAway('the process died'));
    const process = processes[random.between(0, PROCESSES - 1)] ?? processes[0];
    const request = requestOf(delivery, schedule.now(), process.clock, () => ++direct);
    const enqueue = makeEnqueue(wire, queue, life, request);
    const acceptPayload = openAccept(wire, climate, process, enqueue, breakage, deed.event);
    acceptPayload(payloadOf(delivery, readText)).then(
      ({ intent_id }) => {
        onEnd(intent_id);
        tell({ kind: 'accepted', wish: deed.wish, request, intentId: intent_id, after });
      },
      (error: unknown) => turnAway(String(error)),
    );
  };
};

/** The name by which a deed calls the intent that it follows. Undefined if there is none yet. */
const nameOf = (
  { after, calls }: RequestDeed,
  accepted: ReadonlyMap<Deed, IntentId>,
  unknownName: () => string,
): string | undefined => {
  if (after === undefined) return undefined;
  if (after === 'nobody') return unknownName();
  if (after.kind !== 'ask') return undefined;
  if (calls === 'correlation') return after.correlation;
  return calls === 'event' && after.calls === 'event' && after.event !== undefined
    ? after.event
    : accepted.get(after);
};

/** The way in: several processes, each request in a life of its own, over a wire to the queue. */
export const makeAcceptModel = (
  wire: Wire,
  chronicle: Chronicle,
  climate: Climate,
  queue: QueueModel,
  breakage: AcceptBreakage,
) => {
  const { schedule, random } = wire;
  const accepted = new Map<Deed, IntentId>();
  const deliver = makeDeliver(wire, chronicle, climate, queue, breakage);
  let open = 0;

  const hand = (delivery: Delivery): void => {
    open++;
    deliver(delivery, (intentId) => {
      open--;
      if (intentId !== undefined) accepted.set(delivery.deed, intentId);
    });
  };

  const carryOut = (deed: Deed): void => {
    if (deed.kind === 'litter') {
      queue.put(deed.body, undefined);
      return;
    }
    const after = nameOf(deed, accepted, () => uuidOf(schedule.now(), random));
    const second = Math.floor((schedule.now() - deed.behindMs) / SECOND) * SECOND;
    const time = new Date(second).toISOString();
    hand({ deed, time, isReplay: false, after });
    for (const { afterMs, isReplay } of deed.again) {
      open++;
      schedule.after(afterMs, () => {
        open--;
        hand({ deed, time, isReplay, after });
      });
    }
  };

  return { isIdle: () => open === 0, carryOut };
};
