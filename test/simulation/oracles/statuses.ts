import { SIMULATED } from '../../../local/upstream/operations/index.ts';
import type { OperationName } from '../../../shared/operations/operation.ts';
import { statusesFor } from '../../support/fixtures.ts';
import type { Options } from '../chronicle.ts';

/** What a status tells of an operation, by its fixture and by nothing that the code under test says of it. */
interface Told {
  /** The job is where the operation would bring it, or on its way there, whoever has brought it there. */
  readonly there: boolean;
  /** So ends what the operation began: it tells of it only where it began something. */
  readonly ended: boolean;
  /** The operation evidently had no effect. */
  readonly untouched: boolean;
  /** What came before the operation has come to rest, or was never under way. */
  readonly atRest: boolean;
  /** What came before the operation was delivered, and has failed. */
  readonly unstopped: boolean;
}

const cache = new Map<string, ReadonlyMap<string, ReadonlySet<string>>>();

export const toldBy = (
  operation: OperationName,
  options: Options | undefined,
  status: string,
): Told => {
  const key = `${operation} ${JSON.stringify(options ?? {})}`;
  const table = cache.get(key) ?? statusesFor(operation, options);
  cache.set(key, table);
  const words = table.get(status);
  const says = (word: string): boolean => words?.has(word) === true;
  return {
    there: says('there'),
    ended: says('taken') && !says('there'),
    untouched: says('none'),
    atRest: says('ready'),
    unstopped: says('failed'),
  };
};

/** Whether the upstream failed to carry an operation out, where a job is left so. */
export const isFailureOf = (operation: OperationName, status: string): boolean =>
  Object.values(SIMULATED[operation].law.failures ?? {}).includes(status);
