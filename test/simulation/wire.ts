import type { Weather } from './climate.ts';
import type { Random } from './random.ts';
import type { Schedule } from './schedule.ts';

/** A process that can end at any await. */
export interface Life {
  readonly isAlive: () => boolean;
  readonly end: () => void;
  /** Call it before each send and each receive. False once the process has ended, which may be now. */
  readonly step: () => boolean;
}

/** A life that ends at its step `last`, or at a call of `end`. */
export const makeLife = (last: number, onEnd: () => void = () => {}): Life => {
  let alive = true;
  let steps = 0;
  const end = (): void => {
    if (!alive) return;
    alive = false;
    onEnd();
  };
  return {
    isAlive: () => alive,
    end,
    step: () => {
      if (alive && ++steps > last) end();
      return alive;
    },
  };
};

export interface Wire {
  readonly schedule: Schedule;
  readonly random: Random;
  readonly weather: Weather;
}

export interface Trip {
  /** The longest way, there or back, in milliseconds. */
  readonly longest: number;
  readonly there?: number;
  readonly back?: number;
}

/**
 * One request over a wire. Once sent, it arrives and has its effect, even if the sender dies. The reply reaches the sender
 * later, if it is still alive. A dead sender sends nothing.
 */
export const exchange = <T>(
  { schedule, random }: Wire,
  life: Life,
  { longest, there = random.between(1, longest), back = random.between(1, longest) }: Trip,
  serve: () => T,
): Promise<T> =>
  new Promise((resolve) => {
    if (!life.isAlive()) return;
    // A sender that dies during the send has sent in half of the cases.
    if (!life.step() && random.chance(0.5)) return;
    schedule.after(there, () => {
      const reply = serve();
      schedule.after(back, () => {
        if (life.step()) resolve(reply);
      });
    });
  });

/** Pauses a process. */
export const rest = ({ schedule }: Wire, life: Life, ms: number): Promise<void> =>
  new Promise((resolve) => {
    schedule.after(ms, () => {
      if (life.step()) resolve();
    });
  });
