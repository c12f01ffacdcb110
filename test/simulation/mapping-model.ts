import type { ControlLoop } from '../../shared/control/control.ts';
import type { Chronicle, Invocation } from './chronicle.ts';
import type { Climate } from './climate.ts';
import type { Handed, QueueModel } from './queue-model.ts';
import { exchange, type Life, makeLife, type Wire } from './wire.ts';

/** Makes the control loop of one invocation, with edges that end with its life. */
export type OpenLoop = (
  life: Life,
  invocation: Invocation,
  remainingMs: () => number,
) => ControlLoop<Handed>;

/** A life has about as many steps as one of these: a crash may come before any of them. */
const STEPS = [6, 14, 30];

/** The mapping's own process does not die. */
const FOREVER = Number.POSITIVE_INFINITY;

/**
 * Lambda's event source mapping: batches of what is visible, several at once, and a function that ends at its timeout.
 * A batch is deleted but for those the function names; of a function that fails nothing is.
 */
export const makeMappingModel = (
  wire: Wire,
  { tell }: Chronicle,
  climate: Climate,
  openLoop: OpenLoop,
) => {
  const { schedule, random, weather } = wire;
  const own = makeLife(FOREVER);
  let running = 0;
  let armed = false;
  let count = 0;

  const invoke = (queue: QueueModel, batch: ReturnType<QueueModel['receive']>): void => {
    const begunAt = schedule.now();
    const messages = batch.map(([message]) => message);
    const invocation: Invocation = {
      n: ++count,
      letters: batch.map(([, letter]) => letter),
      receives: new Map(messages.map(({ messageId, receiveCount }) => [messageId, receiveCount])),
      begunAt,
      conflicts: 0,
      faults: 0,
      ended: 'no',
    };
    running++;
    tell({ kind: 'begun', invocation });
    const finish = (how: Invocation['ended'], staying: readonly string[] = []): void => {
      if (invocation.ended !== 'no') return;
      invocation.ended = how;
      tell({ kind: 'ended', invocation, staying });
      life.end();
      running--;
      arm(queue);
    };
    const crashes = weather.strikes('control crashes');
    const life = makeLife(crashes ? random.between(0, random.pick(STEPS)) : FOREVER, () =>
      finish('crashed'),
    );
    schedule.after(climate.functionMs, () => finish('timed out'));
    const remainingMs = () => begunAt + climate.functionMs - schedule.now();
    openLoop(
      life,
      invocation,
      remainingMs,
    )(messages, remainingMs).then(
      (staying) => {
        if (invocation.ended !== 'no') return;
        finish('returned', staying);
        const done = messages.filter(({ messageId }) => !staying.includes(messageId));
        for (const message of done)
          exchange(wire, own, { longest: 20 }, () => queue.remove(message));
      },
      (error: unknown) => {
        if (invocation.ended !== 'no') return;
        tell({ kind: 'threw', error });
        finish('threw');
      },
    );
  };

  const arm = (queue: QueueModel): void => {
    if (armed || running >= climate.concurrency) return;
    armed = true;
    schedule.after(random.between(0, climate.windowMs), () => {
      armed = false;
      const batch = queue.receive(climate.batchSize);
      if (batch.length === 0) return;
      invoke(queue, batch);
      arm(queue);
    });
  };

  return { arm, isIdle: () => running === 0 };
};
