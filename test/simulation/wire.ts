import type { Weather } from './climate.ts';
import type { Random } from './random.ts';
import type { Schedule } from './schedule.ts';

/** A process that can end at any await. */
export interface Life {
  readonly isAlive: () => boolean;
  readonly end: () => void;
  /** Called whenever it is about to send or to hear something; it may be the end of it. */
  readonly step: () => boolean;
}

/** A life that ends at its step `last`, or when somebody ends it. */
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
  /** The longest way there and back, each, in milliseconds. */
  readonly longest: number;
  readonly there?: number;
  readonly back?: number;
}

/**
 * One request over a wire. It arrives, whatever becomes of the sender, and has its effect there; the sender hears of it
 * later, if it is still alive. A request of a dead sender never leaves.
 */
export const exchange = <T>(
  { schedule, random }: Wire,
  life: Life,
  { longest, there = random.between(1, longest), back = random.between(1, longest) }: Trip,
  serve: () => T,
): Promise<T> =>
  new Promise((resolve) => {
    if (!life.isAlive()) return;
    // Of those who die while they send, some have sent.
    if (!life.step() && random.chance(0.5)) return;
    schedule.after(there, () => {
      const reply = serve();
      schedule.after(back, () => {
        if (life.step()) resolve(reply);
      });
    });
  });

/** A pause of a process. */
export const rest = ({ schedule }: Wire, life: Life, ms: number): Promise<void> =>
  new Promise((resolve) => {
    schedule.after(ms, () => {
      if (life.step()) resolve();
    });
  });
