import { type Behaviour, parseBehaviour } from './behaviour.ts';
import { endpoints, mapOperations } from './operations/index.ts';
import {
  DLI_SHAPES,
  type FaultName,
  type OperationName,
  type Service,
  SHAPES,
  type Shape,
} from './vocabulary.ts';

/** What holds for one operation, all layers and defaults taken together. */
export interface Settings {
  readonly shape: Shape;
  readonly badIds: ReadonlySet<string>;
  readonly refuseWhole: boolean;
  readonly latencyMs: number;
  readonly retryAfterSeconds: number | null;
  readonly retryAfterAs: 'seconds' | 'date';
  readonly callsPerSecond: number | null;
  readonly statusLagMs: number;
  readonly effectLagMs: number;
  readonly declineStop: boolean;
  readonly down: boolean | 'hang';
  readonly faults: Readonly<Partial<Record<FaultName, number>>>;
}

const settle = (behaviour: Behaviour, operation: OperationName | '*', usual: Shape): Settings => {
  const { next: _, ...chosen } = { ...behaviour['*'], ...behaviour[operation] };
  return {
    shape: usual,
    refuseWhole: false,
    latencyMs: 0,
    retryAfterSeconds: null,
    retryAfterAs: 'seconds',
    callsPerSecond: null,
    statusLagMs: 0,
    effectLagMs: 0,
    declineStop: false,
    down: false,
    faults: {},
    ...chosen,
    badIds: new Set(chosen.badIds),
  };
};

const settleAll = (behaviour: Behaviour): Record<OperationName | '*', Settings> => ({
  '*': settle(behaviour, '*', DLI_SHAPES[0]),
  ...mapOperations(({ operation, service }) => settle(behaviour, operation, SHAPES[service][0])),
});

/** Lays a change over a behaviour: a setting that is named is replaced whole, the others stay. */
const layOver = (behaviour: Behaviour, change: Behaviour): Behaviour => ({
  '*': { ...behaviour['*'], ...change['*'] },
  ...mapOperations(({ operation }) => ({ ...behaviour[operation], ...change[operation] })),
});

export type BehaviourKeeper = ReturnType<typeof keepBehaviour>;

/** Holds the behaviour of the moment, from `start` on and again after `reset`. */
export const keepBehaviour = (start: Behaviour) => {
  const initial = layOver({}, parseBehaviour(start));
  let current = initial;
  let settled = settleAll(current);
  const become = (behaviour: Behaviour): void => {
    current = behaviour;
    settled = settleAll(behaviour);
  };
  return {
    current: (): Behaviour => current,
    behave: (change: Behaviour): void => become(layOver(current, parseBehaviour(change))),
    reset: (): void => become(initial),
    /** Under `*`, those of what is no batch call. */
    settingsOf: (operation: OperationName | '*'): Settings => settled[operation],
    /** Whether any operation of the service was told that there is no such job. */
    isMissing: (service: Service, id: string): boolean =>
      endpoints.some(
        (endpoint) => endpoint.service === service && settled[endpoint.operation].badIds.has(id),
      ),
    /** Takes the fault that waits for this operation's next call, its own queue first. */
    takeNext: (operation: OperationName): FaultName | undefined => {
      for (const layer of [operation, '*'] as const) {
        const [fault, ...next] = current[layer]?.next ?? [];
        if (fault === undefined) continue;
        current = layOver(current, { [layer]: { next } });
        return fault;
      }
      return undefined;
    },
  };
};
