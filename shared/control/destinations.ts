import { operationOf } from '../intent/intent.ts';
import type { Call } from '../intent/plan.ts';
import type { Destination } from '../upstream/destination.ts';
import { isSettled, type OpenIntent } from './open-intent.ts';

/** Where a call goes. */
export const destinationOf = ({
  operation,
  project_id: project,
}: Omit<Call, 'carriers'>): Destination => ({
  service: operation.service,
  project,
  route: operation.name,
});

/** Where the jobs of an open intent are called. */
export const destinationOfIntent = ({ intent }: Pick<OpenIntent, 'intent'>): Destination =>
  destinationOf({ ...intent, operation: operationOf(intent) });

/** Where the jobs of an open intent are looked at. */
export const lookingAt = (openIntent: Pick<OpenIntent, 'intent'>): Destination => ({
  ...destinationOfIntent(openIntent),
  route: 'look',
});

/** Where the jobs that have no verdict yet would be sent, each once. */
export const destinationsOf = (
  openIntents: ReadonlyMap<string, OpenIntent>,
): readonly Destination[] => {
  const open = [...openIntents.values()]
    .filter((openIntent) => !isSettled(openIntent))
    .map(destinationOfIntent);
  return [...new Map(open.map((it) => [`${it.route}/${it.project}`, it])).values()];
};
