import { makeAccept } from '../../shared/accept/accept.ts';
import { makeAcceptPayload } from '../../shared/accept/payload.ts';
import { type IntentId, timeOf } from '../../shared/core/intent.ts';
import { parseJson } from '../../shared/core/json.ts';
import type { Chronicle } from './chronicle.ts';
import type { Climate } from './climate.ts';
import type { QueueModel } from './queue-model.ts';
import type { Random } from './random.ts';
import { exchange, type Life, makeLife, rest, type Wire } from './wire.ts';
import type { Deed } from './workload.ts';

const HEX = 16;

const hex = (value: number, digits: number): string =>
  Math.floor(value).toString(HEX).padStart(digits, '0').slice(-digits);

/** A UUID of version 7 out of a time and chance, newer than another if there is one. */
const uuidOf = (at: number, random: Random, after?: IntentId): IntentId => {
  const time = hex(after === undefined ? at : Math.max(at, timeOf(after) + 1), 12);
  const draw = () => random.next() * 2 ** 48;
  const tail = hex(draw(), 12);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(draw(), 3)}-8${hex(draw(), 3)}-${tail}` as IntentId;
};

/** SendMessageBatch takes ten. */
const PER_REQUEST = 10;
const ROUNDS = 4;

/** The time of an event is told in whole seconds. */
const SECOND = 1_000;

/** By so much the clock of each process is behind that of the one before. */
const SKEW_MS = 15;
const STEPS = 4;

/** Reads a request as the way in does; a test may read it worse. */
export type ReadText = (text: string) => unknown;

export const readExactly: ReadText = (text) => {
  const parsed = parseJson(text);
  if (!parsed.ok) throw new Error(`a request of ours is no JSON: ${parsed.detail}`);
  return parsed.value;
};

/** The way in: several processes, each request in a life of its own, over a wire to the queue. */
export const makeAcceptModel = (
  wire: Wire,
  { tell }: Chronicle,
  climate: Climate,
  queue: QueueModel,
  readText: ReadText,
) => {
  const { schedule, random, weather } = wire;
  const accepted = new Map<Deed, IntentId>();
  let open = 0;

  const send = (life: Life, bodies: readonly string[]): Promise<readonly boolean[]> =>
    exchange(wire, life, { longest: 50 }, () => {
      const taken = bodies.map((body) => {
        if (weather.strikes('not sent')) return false;
        queue.put(body, true);
        return true;
      });
      return weather.strikes('sent, but not told') ? taken.map(() => false) : taken;
    });

  const enqueueIn =
    (life: Life) =>
    async (bodies: readonly string[]): Promise<readonly boolean[]> => {
      const taken = bodies.map(() => false);
      for (let round = 0; round < ROUNDS; round++) {
        const left = taken.flatMap((is, i) => (is ? [] : [i])).slice(0, PER_REQUEST);
        if (left.length === 0) break;
        if (round > 0) await rest(wire, life, random.between(50, 500));
        const answers = await send(
          life,
          left.map((i) => bodies[i] ?? ''),
        );
        left.forEach((i, at) => {
          taken[i] = answers[at] === true;
        });
      }
      return taken;
    };

  const ask = (
    deed: Deed & { readonly kind: 'ask' },
    eventId: IntentId | undefined,
    after: IntentId | undefined,
  ): void => {
    open++;
    const crashes = weather.strikes('accept crashes');
    const life = makeLife(crashes ? random.between(0, STEPS) : Number.POSITIVE_INFINITY, () => {
      open--;
      tell({ kind: 'turned away', wish: deed.wish, reason: 'the process died' });
    });
    const now = () => new Date(schedule.now());
    const accept = makeAccept({
      enqueue: enqueueIn(life),
      now,
      newIntentId: (id) => uuidOf(schedule.now() - SKEW_MS * deed.process, random, id),
      maxMessageBytes: climate.maxMessageBytes,
      deadlineMs: climate.deadlineMs,
    });
    const acceptPayload = makeAcceptPayload(accept, {
      now,
      intentIdOf: () => eventId ?? uuidOf(schedule.now(), random),
    });
    const link = after === undefined ? '}' : `,"after":"${after}"}`;
    const detail = readText(deed.text.replace(/\}$/, link));
    const payload =
      eventId === undefined
        ? detail
        : {
            id: deed.event,
            'detail-type': 'Job Control Intent',
            source: 'test',
            time: now().toISOString(),
            detail,
          };
    acceptPayload(payload).then(
      ({ intent_id }) => {
        open--;
        accepted.set(deed, intent_id);
        tell({ kind: 'accepted', wish: deed.wish, intentId: intent_id, after });
      },
      (error: unknown) => {
        open--;
        tell({ kind: 'turned away', wish: deed.wish, reason: String(error) });
      },
    );
  };

  return {
    isIdle: () => open === 0,
    carryOut: (deed: Deed): void => {
      if (deed.kind === 'litter') {
        queue.put(deed.body, false);
        return;
      }
      const after =
        deed.after === 'nobody'
          ? uuidOf(schedule.now(), random)
          : deed.after && accepted.get(deed.after);
      const second = Math.floor(schedule.now() / SECOND) * SECOND;
      const eventId = deed.event === undefined ? undefined : uuidOf(second, random, after);
      ask(deed, eventId, after);
      if (deed.again === undefined) return;
      open++;
      schedule.after(deed.again, () => {
        open--;
        ask(deed, eventId, after);
      });
    },
  };
};
