import { operationOf } from '../intent/intent.ts';
import type { Call } from '../intent/plan.ts';
import type { Destination } from '../upstream/destination.ts';
import { isSettled, type Part } from './open-intent.ts';

/** Where a call goes. */
export const destinationOf = ({
  operation,
  project_id: project,
}: Omit<Call, 'carriers'>): Destination => ({
  service: operation.service,
  project,
  route: operation.name,
});

/** Where the jobs of a part are called. */
export const destinationOfPart = ({ intent }: Pick<Part, 'intent'>): Destination =>
  destinationOf({ ...intent, operation: operationOf(intent) });

/** Where the jobs of a part are looked at. */
export const lookingAt = (part: Pick<Part, 'intent'>): Destination => ({
  ...destinationOfPart(part),
  route: 'look',
});

/** Where the jobs that have no verdict yet would be sent, each once. */
export const destinationsOf = (parts: ReadonlyMap<string, Part>): readonly Destination[] => {
  const open = [...parts.values()].filter((part) => !isSettled(part)).map(destinationOfPart);
  return [...new Map(open.map((it) => [`${it.route}/${it.project}`, it])).values()];
};
