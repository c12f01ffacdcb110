import type { Operation } from '../operations/operation.ts';
import type { Call, Carrier } from './plan.ts';

/** Cuts calls to size. Law (promise P6): a group makes ceil(jobs / maxJobsPerCall) calls. */
export const cutCalls = <From>(
  calls: readonly Call<From>[],
  maxJobsPerCall: (operation: Operation) => number,
): readonly Call<From>[] =>
  calls.flatMap((call) => {
    const most = maxJobsPerCall(call.operation);
    return Array.from({ length: Math.ceil(call.carriers.length / most) }, (_, i) => ({
      ...call,
      carriers: call.carriers.slice(i * most, (i + 1) * most),
    }));
  });

/** Jobs of one failed call are called again in this many pieces. */
const PIECES = 4;

/**
 * Law: retries never mix with fresh jobs. Each is a quarter of the failed call, so a poison job is soon alone. `suspects`
 * says among how many jobs the poison job is, or infinity. It is undefined for a fresh job. The larger number goes first.
 */
export const partRepeats = <From>(
  calls: readonly Call<From>[],
  suspects: (carrier: Carrier<From>) => number | undefined,
): readonly Call<From>[] =>
  calls.flatMap((call) => {
    const fresh = call.carriers.filter((carrier) => suspects(carrier) === undefined);
    if (fresh.length === call.carriers.length) return [call];
    const again = call.carriers.filter((carrier) => suspects(carrier) !== undefined);
    const bySize = [...Map.groupBy(again, (carrier) => suspects(carrier) ?? 0)];
    const pieces = bySize
      .toSorted(([a], [b]) => b - a)
      .flatMap(([size, carriers]) => {
        const most = Math.ceil(Math.min(size, carriers.length) / PIECES);
        return cutCalls([{ ...call, carriers }], () => most);
      });
    return [{ ...call, carriers: fresh }, ...pieces];
  });
