import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorText } from '../shared/json/error-text.ts';
import type { Functions } from './front/invoke.ts';
import type { EventSourceMapping } from './mapping/event-source-mapping.ts';
import { listens } from './probe.ts';
import type { Wires } from './wires.ts';

/** Why a part does not work; undefined if it works. */
export type Trouble = () => string | undefined | Promise<string | undefined>;

/** What `GET /healthz` answers: each part is `ok`, or `down: ` and why. */
export interface Health {
  readonly status: 'ok' | 'down';
  readonly parts: Readonly<Record<string, string>>;
}

/** Longer than the check of any part takes. */
const PATIENCE_MS = 6_000;

const stateOf = async (trouble: Trouble): Promise<string> => {
  const patience = new AbortController();
  try {
    const late = sleep(PATIENCE_MS, 'it does not say', { signal: patience.signal });
    const why = await Promise.race([trouble(), late]);
    return why === undefined ? 'ok' : `down: ${why}`;
  } catch (error) {
    return `down: ${errorText(error)}`;
  } finally {
    patience.abort();
  }
};

/** Checks all parts at once. Law: the stack is `ok` only if each part is. */
export const healthOf = async (troubles: Readonly<Record<string, Trouble>>): Promise<Health> => {
  const asked = Object.entries(troubles).map(
    async ([name, trouble]) => [name, await stateOf(trouble)] as const,
  );
  const states = await Promise.all(asked);
  const isWell = states.every(([, state]) => state === 'ok');
  return { status: isWell ? 'ok' : 'down', parts: Object.fromEntries(states) };
};

/** The check of each part that runs in this process. Other servers are not checked. */
export const troublesOf = (
  { embeddedQueue, embeddedBus, simulator }: Wires,
  functions: Functions,
  mapping: Pick<EventSourceMapping, 'trouble'>,
  ledger: string | undefined,
): Readonly<Record<string, Trouble>> => ({
  ...(embeddedQueue && { queue: embeddedQueue.trouble }),
  mapping: mapping.trouble,
  ...Object.fromEntries(Object.entries(functions).map(([name, { trouble }]) => [name, trouble])),
  ...(ledger !== undefined && {
    ledger: () => (existsSync(ledger) ? undefined : `${ledger} is gone`),
  }),
  ...(embeddedBus && { bus: () => listens(embeddedBus.url) }),
  ...(simulator && { upstream: () => listens(simulator.url) }),
});
