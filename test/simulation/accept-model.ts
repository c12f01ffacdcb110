import { createHash } from 'node:crypto';
import { makeAccept } from '../../shared/accept/accept.ts';
import { makeAcceptPayload } from '../../shared/accept/payload.ts';
import { type IntentId, timeOf } from '../../shared/intent/intent.ts';
import { parseJson } from '../../shared/json/json.ts';
import type { Chronicle, Request } from './chronicle.ts';
import type { Climate } from './climate.ts';
import type { QueueModel } from './queue-model.ts';
import type { Random } from './random.ts';
import { exchange, type Life, makeLife, rest, type Wire } from './wire.ts';
import { type Deed, PROCESSES } from './workload.ts';

type Asking = Deed & { readonly kind: 'ask' };

const HEX = 16;

const hex = (value: number, digits: number): string =>
  Math.floor(value).toString(HEX).padStart(digits, '0').slice(-digits);

const shape = (at: number, count: number, tail: number): IntentId => {
  const [time, middle] = [hex(at, 12), hex(count, 6)];
  return `${time.slice(0, 8)}-${time.slice(8)}-7${middle.slice(0, 3)}-8${middle.slice(3)}-${hex(tail, 12)}` as IntentId;
};

/** A UUID of version 7 of a time. */
const uuidOf = (at: number, random: Random): IntentId =>
  shape(at, random.next() * 2 ** 23, random.next() * 2 ** 48);

/** Ids as one process makes them: each newer than the one before, also when its clock was set back. */
const makeIds = (random: Random, clock: () => number) => {
  let at = 0;
  let count = 0;
  return (after?: IntentId, other?: number): IntentId => {
    const now = clock();
    count = now > at ? Math.floor(random.next() * 2 ** 23) : count + 1;
    at = Math.max(at, now);
    const id =
      other === undefined ? shape(at, count, random.next() * 2 ** 48) : uuidOf(other, random);
    return after === undefined || id > after ? id : uuidOf(timeOf(after) + 1, random);
  };
};

/** SendMessageBatch takes ten. */
const PER_REQUEST = 10;
const ROUNDS = 4;

/** The time of an event is told in whole seconds. */
const SECOND = 1_000;
const HOUR = 3_600_000;

/** How late an event may be and count as one of just now. */
const LATE_MS = 300_000;

/** By so much the clock of each process is behind that of the one before: together as far as clocks may differ. */
const SKEW_MS = 50;
const STEPS = 4;

/** Reads a request as the way in does; a test may read it worse. */
export type ReadText = (text: string) => unknown;

export const readExactly: ReadText = (text) => {
  const parsed = parseJson(text);
  if (!parsed.ok) throw new Error(`a request of ours is no JSON: ${parsed.detail}`);
  return parsed.value;
};

/** How a test makes the way in worse. */
export interface AcceptBreakage {
  readonly readText?: ReadText | undefined;
  readonly newIntentId?: (now: number, event: string | undefined) => string;
  readonly keyOf?: (text: string) => string;
}

const plainKey = (text: string): string => createHash('md5').update(text).digest('hex');

/** The way in: several processes, each request in a life of its own, over a wire to the queue. */
export const makeAcceptModel = (
  wire: Wire,
  { tell }: Chronicle,
  climate: Climate,
  queue: QueueModel,
  { readText = readExactly, newIntentId, keyOf }: AcceptBreakage,
) => {
  const { schedule, random, weather } = wire;
  const accepted = new Map<Deed, IntentId>();
  let open = 0;
  const start = schedule.now();
  const clockOf = (process: number) => (): number => {
    const { ahead } = climate;
    const at = schedule.now() - start;
    const isAhead = ahead?.process === process && at >= ahead.from && at < ahead.to;
    return schedule.now() - SKEW_MS * process + (isAhead ? HOUR : 0);
  };
  const clocks = Array.from({ length: PROCESSES }, (_, process) => clockOf(process));
  const ids = clocks.map((clock) => makeIds(random, clock));

  const send = (
    life: Life,
    request: Request,
    bodies: readonly string[],
  ): Promise<readonly boolean[]> =>
    exchange(wire, life, { longest: 50 }, () => {
      const taken = bodies.map((body) => {
        if (weather.strikes('not sent')) return false;
        queue.put(body, request);
        return true;
      });
      return weather.strikes('sent, but not told') ? taken.map(() => false) : taken;
    });

  const enqueueIn =
    (life: Life, request: Request) =>
    async (bodies: readonly string[]): Promise<readonly boolean[]> => {
      const taken = bodies.map(() => false);
      for (let round = 0; round < ROUNDS; round++) {
        const left = taken.flatMap((is, i) => (is ? [] : [i])).slice(0, PER_REQUEST);
        if (left.length === 0) break;
        if (round > 0) await rest(wire, life, random.between(50, 500));
        const answers = await send(
          life,
          request,
          left.map((i) => bodies[i] ?? ''),
        );
        left.forEach((i, at) => {
          taken[i] = answers[at] === true;
        });
      }
      return taken;
    };

  /** When it was wished, where it counts as late by the clock of whoever accepts it. */
  const wishedAtOf = (time: string, isReplay: boolean, now: number): number | undefined => {
    const at = Date.parse(time);
    return now - at > (isReplay ? 0 : LATE_MS) ? at : undefined;
  };

  const ask = (deed: Asking, time: string, isReplay: boolean, after: string | undefined): void => {
    open++;
    const crashes = weather.strikes('accept crashes');
    const life = makeLife(crashes ? random.between(0, STEPS) : Number.POSITIVE_INFINITY, () => {
      open--;
      tell({ kind: 'turned away', wish: deed.wish, reason: 'the process died' });
    });
    const process = random.between(0, PROCESSES - 1);
    const clock = clocks[process] ?? schedule.now;
    const isEvent = deed.event !== undefined;
    const request: Request = {
      identity: identityOf(deed, after),
      beganAt: schedule.now(),
      acceptedAt: clock(),
      wishedAt: isEvent ? wishedAtOf(time, isReplay, clock()) : undefined,
      isDated: deed.isDated,
      isEvent,
      sequence: deed.sequence,
      names: [deed.correlation, deed.calls === 'event' ? deed.event : undefined].filter(
        (name) => name !== undefined,
      ),
    };
    const own = ids[process];
    if (own === undefined) throw new Error('a process makes no ids');
    const accept = makeAccept({
      enqueue: enqueueIn(life, request),
      now: () => new Date(clock()),
      newIntentId: newIntentId
        ? () => newIntentId(clock(), deed.event) as IntentId
        : (follows, at) => own(follows, at),
      maxMessageBytes: random.pick(climate.maxMessageBytes),
      blockJobs: climate.blockJobs,
      deadlineMs: climate.deadlineMs,
    });
    const acceptPayload = makeAcceptPayload(accept, {
      now: () => new Date(clock()),
      keyOf: keyOf ?? plainKey,
      takesReplays: climate.takesReplays,
    });
    const more = [
      ...(after === undefined ? [] : [`"after":${JSON.stringify(after)}`]),
      ...(deed.sequence === undefined ? [] : [`"sequence":${deed.sequence}`]),
      `"correlation_id":"${deed.correlation}"`,
    ];
    const detail = readText(deed.text.replace(/\}$/, `,${more.join(',')}}`));
    const payload = isEvent
      ? {
          id: deed.event,
          'detail-type': 'Job Control Intent',
          source: 'test',
          time,
          ...(isReplay && { 'replay-name': 'again' }),
          detail,
        }
      : detail;
    acceptPayload(payload).then(
      ({ intent_id }) => {
        open--;
        accepted.set(deed, intent_id);
        tell({ kind: 'accepted', wish: deed.wish, request, intentId: intent_id, after });
      },
      (error: unknown) => {
        open--;
        tell({ kind: 'turned away', wish: deed.wish, reason: String(error) });
      },
    );
  };

  let direct = 0;
  /** What makes two deliveries of an event the same wish; what comes without an event is a wish of its own each time. */
  const identityOf = (
    { event, wish, text, sequence }: Asking,
    after: string | undefined,
  ): string => {
    if (event === undefined) return `direct ${++direct}`;
    const { operation, project, options, jobs } = wish;
    const deadline = /"expires_at":"([^"]*)"/.exec(text)?.[1];
    return JSON.stringify([
      event,
      operation,
      project,
      options,
      [...jobs],
      deadline,
      sequence,
      after,
    ]);
  };

  /** The name by which a deed calls the one that it is to follow, as far as there is one by now. */
  const nameOf = ({ after, calls }: Asking): string | undefined => {
    if (after === undefined) return undefined;
    if (after === 'nobody') return uuidOf(schedule.now(), random);
    if (after.kind !== 'ask') return undefined;
    if (calls === 'correlation') return after.correlation;
    return calls === 'event' && after.calls === 'event' && after.event !== undefined
      ? after.event
      : accepted.get(after);
  };

  return {
    isIdle: () => open === 0,
    carryOut: (deed: Deed): void => {
      if (deed.kind === 'litter') {
        queue.put(deed.body, undefined);
        return;
      }
      const after = nameOf(deed);
      const second = Math.floor((schedule.now() - deed.behindMs) / SECOND) * SECOND;
      const time = new Date(second).toISOString();
      ask(deed, time, false, after);
      for (const { afterMs, isReplay } of deed.again) {
        open++;
        schedule.after(afterMs, () => {
          open--;
          ask(deed, time, isReplay, after);
        });
      }
    },
  };
};
