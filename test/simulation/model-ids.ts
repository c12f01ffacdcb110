import { type IntentId, timeOf } from '../../shared/intent/intent.ts';
import type { Random } from './random.ts';

const HEX = 16;

const hex = (value: number, digits: number): string =>
  Math.floor(value).toString(HEX).padStart(digits, '0').slice(-digits);

const shape = (at: number, count: number, tail: number): IntentId => {
  const [time, middle] = [hex(at, 12), hex(count, 6)];
  return `${time.slice(0, 8)}-${time.slice(8)}-7${middle.slice(0, 3)}-8${middle.slice(3)}-${hex(tail, 12)}` as IntentId;
};

/** A UUID of version 7 with a given time. */
export const uuidOf = (at: number, random: Random): IntentId =>
  shape(at, random.next() * 2 ** 23, random.next() * 2 ** 48);

/** Makes the ids of one process. Each is newer than the last, also after the clock was set back. */
export const makeIds = (random: Random, clock: () => number) => {
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
