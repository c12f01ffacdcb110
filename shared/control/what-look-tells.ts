import type { Operation } from '../operations/operation.ts';
import type { Sighting } from '../operations/sighting.ts';
import type { Carrier } from './planned.ts';

/** An earlier request for a job, and from when on a look tells of it. Times are milliseconds since 1970. */
export interface EarlierRequest {
  readonly operation: Operation;
  readonly carrier: Pick<Carrier, 'job'>;
  /** It went out no earlier. */
  readonly since: number;
  /** A look counts from then on. Statuses before may not show the request before this one. */
  readonly clearFrom: number;
  /** Only from then on a look can tell that the request had no effect. */
  readonly noneFrom: number;
}

/** What a look that was sent at `seenAt` tells of an earlier request. Without a sighting it tells nothing. */
export const whatLookTells = (
  { operation, carrier, since, clearFrom, noneFrom }: EarlierRequest,
  sighting: Sighting | undefined,
  seenAt: number,
): 'served' | 'not served' | 'nothing' => {
  if (sighting === undefined || seenAt < clearFrom) return 'nothing';
  const isPast = seenAt >= noneFrom;
  switch (operation.effectOf(sighting, since, carrier.job)) {
    case 'taken':
      return 'served';
    case 'earlier':
      return isPast ? 'served' : 'nothing';
    case 'none':
      return isPast ? 'not served' : 'nothing';
    case 'pending':
      return 'nothing';
  }
};

/**
 * What a row of the service's list tells of an earlier request: whether it took effect. Where a row shows no effect, or an
 * earlier one, a look has to tell. Undefined: a look that is sent at `seenAt` does not count, and neither does a row.
 */
export const whatRowTells = (
  { operation, carrier, since, clearFrom }: Omit<EarlierRequest, 'noneFrom'>,
  seenAt: number,
): ((sighting: Sighting) => boolean) | undefined =>
  seenAt < clearFrom
    ? undefined
    : (sighting) => operation.effectOf(sighting, since, carrier.job) === 'taken';
