import type { Trouble } from './call.ts';
import { type Ending, throttled } from './faults.ts';
import type { Reply } from './reply.ts';
import type { BehaviourKeeper } from './settings.ts';
import type { Throttle } from './throttle.ts';
import type { OperationName, Service } from './vocabulary.ts';

/** What keeps a request from the service, whatever its credentials. */
export interface Obstacle {
  readonly trouble: Extract<Trouble, 'down' | 'overRate'>;
  readonly ending: Ending;
}

/** As a load balancer answers that has no server behind it. */
const UNAVAILABLE: Reply = { status: 503, headers: {}, body: '' };

export interface ObstacleParts {
  readonly behaviour: BehaviourKeeper;
  readonly throttle: Throttle;
  readonly now: () => number;
}

/** What stands in the way of an operation, or under `*` of a look: an outage, or the project's rate of calls. */
export const makeObstacles = ({ behaviour, throttle, now }: ObstacleParts) => ({
  outage: (operation: OperationName | '*'): Obstacle | undefined => {
    const { down } = behaviour.settingsOf(operation);
    if (down === false) return undefined;
    return { trouble: 'down', ending: down === 'hang' ? 'hang' : UNAVAILABLE };
  },
  rate: (
    operation: OperationName | '*',
    service: Service,
    project: string,
  ): Obstacle | undefined => {
    const settings = behaviour.settingsOf(operation);
    const { callsPerSecond } = settings;
    if (callsPerSecond === null || throttle(`${service}/${project}`, callsPerSecond))
      return undefined;
    return { trouble: 'overRate', ending: throttled(settings, now()) };
  },
});

export type Obstacles = ReturnType<typeof makeObstacles>;
