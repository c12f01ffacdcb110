import type { Result } from '../../shared/intent/result.ts';
import type { Chronicle, Invocation } from './chronicle.ts';
import { exchange, type Life, type Wire } from './wire.ts';

const PER_REQUEST = 10;

/** EventBridge: takes ten events at a time, refuses some of them, and some of its answers get lost. */
export const makeBusModel = (wire: Wire, { tell }: Chronicle) => {
  const put = (results: readonly Result[], invocation: Invocation): readonly boolean[] => {
    const taken = results.map((result) => {
      if (wire.weather.strikes('not published')) return false;
      tell({ kind: 'published', result });
      return true;
    });
    const heard = wire.weather.strikes('published, but not told') ? taken.map(() => false) : taken;
    if (heard.includes(false)) invocation.faults++;
    return heard;
  };
  return {
    openFor:
      (life: Life, invocation: Invocation) =>
      async (results: readonly Result[]): Promise<readonly boolean[]> => {
        const requests = Array.from({ length: Math.ceil(results.length / PER_REQUEST) }, (_, i) =>
          results.slice(i * PER_REQUEST, (i + 1) * PER_REQUEST),
        );
        const taken = await Promise.all(
          requests.map((some) =>
            exchange(wire, life, { longest: 30 }, () => put(some, invocation)),
          ),
        );
        return taken.flat();
      },
  };
};
