import { type Intent, operationOf } from '../intent/intent.ts';
import type { Operation, ProjectId } from '../operations/operation.ts';
import type { Destination } from '../upstream/destination.ts';
import type { OpenIntent } from './open-intent.ts';

/** Where a call goes. */
export const destinationOf = ({
  operation,
  project_id: project,
}: {
  readonly operation: Operation;
  readonly project_id: ProjectId;
}): Destination => ({ service: operation.service, project, route: operation.name });

interface OfIntent {
  readonly intent: Intent;
}

/** Where the jobs of an intent are called. */
export const destinationOfIntent = ({ intent }: OfIntent): Destination =>
  destinationOf({ operation: operationOf(intent), project_id: intent.project_id });

/** Where looks at the jobs of an intent go. */
export const lookDestinationOf = (of: OfIntent): Destination => ({
  ...destinationOfIntent(of),
  route: 'look',
});

/** Where the jobs would be sent that have no verdict yet, each destination once. */
export const destinationsOf = (openIntents: readonly OpenIntent[]): readonly Destination[] => {
  const open = openIntents.filter(({ isSettled }) => !isSettled).map(destinationOfIntent);
  return [...new Map(open.map((it) => [`${it.route}/${it.project}`, it])).values()];
};
