import type { ControlLoop } from '../../shared/control/control.ts';
import type { Chronicle, Invocation } from './chronicle.ts';
import type { Climate } from './climate.ts';
import type { Handed, QueueModel } from './queue-model.ts';
import { exchange, type Life, makeLife, type Wire } from './wire.ts';

/** Makes the control loop of one invocation. Its edges stop working when its life ends. */
export type OpenLoop = (
  life: Life,
  invocation: Invocation,
  remainingMs: () => number,
) => ControlLoop<Handed>;

/** A process takes about this many steps, so a crash may come before any of them. */
const STEPS = [6, 14, 30];

/** The mapping's own process does not die. */
const FOREVER = Number.POSITIVE_INFINITY;

type Batch = ReturnType<QueueModel['receive']>;

const invocationOf = (n: number, batch: Batch, begunAt: number): Invocation => ({
  n,
  letters: batch.map(([, letter]) => letter),
  receives: new Map(batch.map(([{ messageId, receiveCount }]) => [messageId, receiveCount])),
  begunAt,
  conflicts: 0,
  faults: 0,
  ended: 'no',
});

/** Runs one invocation to its end: by its return, an error, a crash or the timeout. Each message that is done is deleted. */
const makeInvoke = (wire: Wire, { tell }: Chronicle, climate: Climate, openLoop: OpenLoop) => {
  const { schedule, random, weather } = wire;
  const own = makeLife(FOREVER);
  return (queue: QueueModel, batch: Batch, n: number, onEnd: () => void): void => {
    const begunAt = schedule.now();
    const messages = batch.map(([message]) => message);
    const invocation = invocationOf(n, batch, begunAt);
    tell({ kind: 'begun', invocation });
    const finish = (how: Invocation['ended'], staying: readonly string[] = []): void => {
      if (invocation.ended !== 'no') return;
      invocation.ended = how;
      tell({ kind: 'ended', invocation, staying });
      life.end();
      onEnd();
    };
    const last = weather.strikes('control crashes')
      ? random.between(0, random.pick(STEPS))
      : FOREVER;
    const life = makeLife(last, () => finish('crashed'));
    schedule.after(climate.functionMs, () => finish('timed out'));
    const remainingMs = () => begunAt + climate.functionMs - schedule.now();
    const acknowledge = (staying: readonly string[]): void => {
      if (invocation.ended !== 'no') return;
      finish('returned', staying);
      for (const message of messages.filter(({ messageId }) => !staying.includes(messageId)))
        exchange(wire, own, { longest: 20 }, () => queue.remove(message));
    };
    const fail = (error: unknown): void => {
      if (invocation.ended !== 'no') return;
      tell({ kind: 'threw', error });
      finish('threw');
    };
    openLoop(life, invocation, remainingMs)(messages, remainingMs).then(acknowledge, fail);
  };
};

/**
 * Lambda's event source mapping: hands out batches of visible messages, several at once, to functions that end at their
 * timeout. It deletes the messages of a batch that the function does not name. If the function fails, it deletes none.
 */
export const makeMappingModel = (
  wire: Wire,
  chronicle: Chronicle,
  climate: Climate,
  openLoop: OpenLoop,
) => {
  const { schedule, random } = wire;
  const invoke = makeInvoke(wire, chronicle, climate, openLoop);
  let running = 0;
  let armed = false;
  let count = 0;

  const arm = (queue: QueueModel): void => {
    if (armed || running >= climate.concurrency) return;
    armed = true;
    schedule.after(random.between(0, climate.windowMs), () => {
      armed = false;
      const batch = queue.receive(climate.batchSize);
      if (batch.length === 0) return;
      running++;
      invoke(queue, batch, ++count, () => {
        running--;
        arm(queue);
      });
      arm(queue);
    });
  };

  return { arm, isIdle: () => running === 0 };
};
