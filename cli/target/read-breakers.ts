import { operations } from '../../shared/operations/index.ts';
import type { ProjectId } from '../../shared/operations/operation.ts';
import { services } from '../../shared/operations/services.ts';
import {
  type BreakerRecord,
  projectBreakerKey,
  routeBreakerKey,
} from '../../shared/upstream/circuit-breaker.ts';
import { breakersIn } from '../../shared/upstream/shared-breaker.ts';
import { ledgerSilent, type OpenLedger } from './open-ledger.ts';

/** A circuit breaker that the ledger knows of. */
export interface KnownBreaker {
  readonly key: string;
  readonly record: BreakerRecord;
}

/** The keys of all breakers of a project: of each service, of each operation, and of looks. */
export const keysOfProject = (project: ProjectId): readonly string[] =>
  services.flatMap((service) => {
    const own = operations.filter((row) => row.service === service).map(({ name }) => name);
    const routes = [...own, 'look'] as const;
    return [
      projectBreakerKey(service, project),
      ...routes.map((route) => routeBreakerKey({ service, project, route })),
    ];
  });

/** The breakers under these keys. One whose record another release wrote is left out, as the control loop does. */
export const readBreakers = async (
  ledger: OpenLedger,
  keys: readonly string[],
): Promise<readonly KnownBreaker[]> => {
  const answers = await breakersIn(ledger.records).read(keys);
  return keys.flatMap((key) => {
    const answer = answers(key);
    if (answer.kind === 'unreachable') throw ledgerSilent(ledger);
    return answer.kind === 'found' ? [{ key, record: answer.record }] : [];
  });
};
