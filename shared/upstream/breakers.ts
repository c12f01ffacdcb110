import type { Log } from '../json/log.ts';
import type { Records } from '../ledger/records.ts';
import { heldBack, type Reply, saysOf } from '../reply/reply.ts';
import { credentialBreakerKey } from './circuit-breaker.ts';
import type { Destination, Routed, SendBy } from './destination.ts';
import {
  type BreakerKeys,
  breakerKeysFor,
  isOpen,
  lastRefusal,
  noteRefused,
  noteSending,
  noteServed,
  probeUnderWay,
  type RequestBreakers,
  takeProbes,
  waitSeconds,
} from './request-breakers.ts';
import type { Deadline, Identify, Send, Turn } from './send.ts';
import { breakersIn, makeSharedBreaker, type SharedBreaker } from './shared-breaker.ts';
import { type Standing, standingOf } from './standing.ts';

export interface BreakersEdges {
  readonly records: Records;
  readonly send: Send;
  readonly identify: Identify;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * All circuit breakers of one invocation. Laws: while a breaker is open, no request goes out through it, in any
 * invocation. When its time is over, one invocation sends one request, the probe. The others follow if it is served.
 */
export interface Breakers {
  /** Reads the breakers of these destinations, and of looks there, and takes the probes. Call it once, before the first request. */
  readonly load: (destinations: readonly Destination[]) => Promise<void>;
  /** `closed`: requests may go. Without a credential none can go, so the state is `open`. */
  readonly stateOf: (destination: Destination) => 'closed' | 'open';
  /** Whether the project has no credential, so that its jobs can never be served. */
  readonly lacksCredential: (destination: Destination) => boolean;
  /** Seconds until a request may go there; 0 unless a breaker is open. */
  readonly waitSeconds: (destination: Destination) => number;
  /** The last refusal there in a short line, if no request is known to have been served since. */
  readonly lastRefusal: (destination: Destination) => string | undefined;
  readonly send: SendBy;
  /** Writes to the ledger what the next invocations must know. Call it once, after the last request. */
  readonly finish: () => Promise<void>;
  /** The last refusal, if requests were refused and none was served. */
  readonly allRefused: () => string | undefined;
  readonly standing: () => Standing;
}

/** How long to wait if the ledger or the credentials are out of reach. */
const UNKNOWN_SECONDS = 15;

const nameOf = ({ service, project, route }: Destination): string =>
  `${service}/${project}/${route}`;

/** Each destination, and the one by which its jobs are looked at. */
const withLooks = (destinations: readonly Destination[]): readonly Destination[] => {
  const all = destinations.flatMap((one): Destination[] => [one, { ...one, route: 'look' }]);
  return [...new Map(all.map((one) => [nameOf(one), one])).values()];
};

/** What one invocation knows of the breakers. */
interface BreakersState extends BreakersEdges {
  /** Milliseconds after which another invocation may take a probe of which there is no news. */
  readonly probeMs: number;
  /** By the name of the destination. */
  readonly byDestination: Map<string, RequestBreakers>;
  /** Names of destinations whose projects have no credential. */
  readonly withoutCredential: Set<string>;
  /** By the ledger's key. */
  readonly breakers: Map<string, SharedBreaker>;
  isServed: boolean;
  refusal: string | undefined;
}

const breakersTo = (
  { byDestination }: BreakersState,
  destination: Destination,
): RequestBreakers | undefined => byDestination.get(nameOf(destination));

const breakerAt = (
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

const load = async (it: BreakersState, destinations: readonly Destination[]): Promise<void> => {
  const found = await Promise.all(withLooks(destinations).map((one) => keysOf(it, one)));
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

/** The breakers, with that of the credential that the request went out by: it may be newer than the one that was loaded. */
const renewed = (
  it: BreakersState,
  destination: Destination,
  breakers: RequestBreakers,
  { sentBy }: Reply,
): RequestBreakers => {
  if (sentBy === undefined) return breakers;
  const next = { ...breakers, credential: breakerAt(it, credentialBreakerKey(sentBy.key)) };
  it.byDestination.set(nameOf(destination), next);
  return next;
};

/** Tells the breakers of a reply. A refusal that may be one job's own, as long as that is not known, is no failure. */
const noteReply = async (
  it: BreakersState,
  breakers: RequestBreakers,
  reply: Reply,
  { mayBlameJobs, isLook }: { readonly mayBlameJobs: boolean; readonly isLook: boolean },
): Promise<void> => {
  const { trouble, reason, denial, showsService } = saysOf(reply);
  it.refusal = reason ?? it.refusal;
  if (mayBlameJobs && denial !== undefined) return;
  if (trouble !== undefined) await noteRefused(breakers, reply, { trouble, reason });
  else if (showsService) {
    if (!isLook) it.isServed = true;
    await noteServed(breakers, isLook);
  }
};

/** What becomes of a request: it goes out, waits for a probe, or stays here. */
type Admission =
  | { readonly kind: 'go'; readonly breakers: RequestBreakers }
  | { readonly kind: 'wait'; readonly probe: Promise<unknown> }
  | { readonly kind: 'stay'; readonly reply: Reply };

const admit = (it: BreakersState, destination: Destination): Admission => {
  const breakers = breakersTo(it, destination);
  if (breakers === undefined)
    return { kind: 'stay', reply: heldBack('the state of the circuit breaker is unknown') };
  if (isOpen(breakers))
    return {
      kind: 'stay',
      reply: heldBack(
        'the circuit breaker is open',
        breakers.route.lacksRoute() ? 'no-route' : 'held',
      ),
    };
  const probe = probeUnderWay(breakers);
  return probe === undefined ? { kind: 'go', breakers } : { kind: 'wait', probe };
};

const exchange = async (
  it: BreakersState,
  breakers: RequestBreakers,
  request: Routed,
  deadline: Deadline,
): Promise<Reply> => {
  const turn: Turn = {
    ...deadline,
    isBreakerOpen: () => isOpen(breakers),
  };
  const reply = await it.send(request, turn);
  const mayBlameJobs = request.mayBlameJobs?.() === true;
  const latest = renewed(it, request, breakers, reply);
  await noteReply(it, latest, reply, { mayBlameJobs, isLook: request.route === 'look' });
  return reply;
};

const send = async (it: BreakersState, request: Routed, deadline: Deadline): Promise<Reply> => {
  const loaded = breakersTo(it, request);
  if (request.route === 'look' && loaded !== undefined && !isOpen(loaded))
    await loaded.route.takeProbe(it.probeMs);
  let admission = admit(it, request);
  while (admission.kind === 'wait') {
    await admission.probe;
    admission = admit(it, request);
  }
  if (admission.kind === 'stay') return admission.reply;
  // Nothing may be awaited since it was admitted: of several requests, one alone is the probe.
  const exchanged = exchange(it, admission.breakers, request, deadline);
  noteSending(admission.breakers, exchanged);
  return exchanged;
};

export const makeBreakers = (
  edges: BreakersEdges,
  /** Milliseconds after which another invocation may take a probe of which there is no news. */
  probeMs: number,
): Breakers => {
  const it: BreakersState = {
    ...edges,
    probeMs,
    byDestination: new Map(),
    withoutCredential: new Set(),
    breakers: new Map(),
    isServed: false,
    refusal: undefined,
  };
  const lacksCredential = (destination: Destination): boolean =>
    it.withoutCredential.has(nameOf(destination));
  return {
    load: (destinations) => load(it, destinations),
    lacksCredential,
    stateOf: (destination) => {
      const breakers = breakersTo(it, destination);
      return breakers === undefined || isOpen(breakers) ? 'open' : 'closed';
    },
    waitSeconds: (destination) => {
      if (lacksCredential(destination)) return 0;
      const breakers = breakersTo(it, destination);
      return breakers === undefined ? UNKNOWN_SECONDS : waitSeconds(breakers);
    },
    lastRefusal: (destination) => {
      const breakers = breakersTo(it, destination);
      return breakers && lastRefusal(breakers);
    },
    send: (request, deadline) => send(it, request, deadline),
    finish: async () => {
      await Promise.all(Array.from(it.breakers.values(), (breaker) => breaker.finish()));
    },
    allRefused: () => (it.isServed ? undefined : it.refusal),
    standing: () => standingOf(it.breakers.values()),
  };
};
