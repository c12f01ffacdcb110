import type { Log } from '../json/log.ts';
import type { Records } from '../ledger/records.ts';
import type { Destination } from './destination.ts';
import {
  type BreakerKeys,
  breakerKeysFor,
  type RequestBreakers,
  takeProbes,
} from './request-breakers.ts';
import type { Identify, Send } from './send.ts';
import { breakersIn, makeSharedBreaker, type SharedBreaker } from './shared-breaker.ts';

export interface BreakersEdges {
  readonly records: Records;
  readonly send: Send;
  readonly identify: Identify;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Tells destinations apart. */
export const nameOf = ({ service, project, route }: Destination): string =>
  `${service}/${project}/${route}`;

/**
 * Each destination, and the one by which its jobs are looked at. Few invocations ask for a list of jobs, so the breaker of
 * that route is read when it is needed.
 */
export const withLooks = (destinations: readonly Destination[]): readonly Destination[] => {
  const all = destinations.flatMap((one): Destination[] => [one, { ...one, route: 'look' }]);
  return [...new Map(all.map((one) => [nameOf(one), one])).values()];
};

/** What one invocation knows of the breakers. */
export interface BreakersState extends BreakersEdges {
  /** Milliseconds after which another invocation may take a probe of which there is no news. */
  readonly probeMs: number;
  /** By the name of the destination. */
  readonly byDestination: Map<string, RequestBreakers>;
  /** Names of destinations whose projects have no credential. */
  readonly withoutCredential: Set<string>;
  /** By the ledger's key. */
  readonly breakers: Map<string, SharedBreaker>;
  /** Of calls, and of looks. */
  isServed: boolean;
  isLookServed: boolean;
  refusal: string | undefined;
  lookRefusal: string | undefined;
}

/** Undefined: they are not loaded. */
export const breakersTo = (
  { byDestination }: BreakersState,
  destination: Destination,
): RequestBreakers | undefined => byDestination.get(nameOf(destination));

/** The breaker of a key of the ledger: one for each key. */
export const breakerAt = (
  it: BreakersState,
  key: string,
  stored?: Parameters<typeof makeSharedBreaker>[2],
): SharedBreaker => {
  const breaker = it.breakers.get(key) ?? makeSharedBreaker(it, key, stored);
  it.breakers.set(key, breaker);
  return breaker;
};

const keysOf = async (
  { identify, withoutCredential }: BreakersState,
  destination: Destination,
): Promise<readonly (readonly [Destination, BreakerKeys])[]> => {
  const identity = await identify(destination.project);
  if (identity.kind === 'none') withoutCredential.add(nameOf(destination));
  return identity.kind === 'known'
    ? [[destination, breakerKeysFor(destination, identity.key)]]
    : [];
};

/** Reads the breakers of these destinations, and takes their probes. */
export const load = async (
  it: BreakersState,
  destinations: readonly Destination[],
): Promise<void> => {
  const found = await Promise.all(destinations.map((one) => keysOf(it, one)));
  const keys = found.flat();
  const stored = await breakersIn(it.records).read(keys.flatMap(([, own]) => Object.values(own)));
  const loaded = (key: string): SharedBreaker => breakerAt(it, key, stored(key));
  for (const [destination, own] of keys) {
    if (Object.values(own).some((key) => stored(key).kind === 'unreachable')) continue;
    const { credential, project, route } = own;
    const breakers = {
      credential: loaded(credential),
      project: loaded(project),
      route: loaded(route),
    };
    it.byDestination.set(nameOf(destination), breakers);
    await takeProbes(breakers, destination, it.probeMs);
  }
};
