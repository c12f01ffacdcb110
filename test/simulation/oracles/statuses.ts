import { SIMULATED } from '../../../local/upstream/operations/index.ts';
import type { OperationName } from '../../../shared/operations/operation.ts';
import { statusesFor } from '../../support/fixtures.ts';
import type { Options } from '../chronicle.ts';

/** What a status tells of an operation. It comes from the fixture alone, not from the code under test. */
interface Told {
  /** The job is where the operation would bring it, or on its way there, for whatever reason. */
  readonly there: boolean;
  /** The end of what the operation began. It says something only if the operation began something. */
  readonly ended: boolean;
  /** The operation evidently had no effect. */
  readonly untouched: boolean;
  /** The operation before this one has come to rest, or was never under way. */
  readonly atRest: boolean;
  /** The operation before this one was delivered, and has failed. */
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

/** Whether this status means that the upstream failed to carry out the operation. */
export const isFailureOf = (operation: OperationName, status: string): boolean =>
  Object.values(SIMULATED[operation].law.failures ?? {}).includes(status);
