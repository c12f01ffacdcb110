import type { Log } from '../json/log.ts';
import type { Records } from '../ledger/records.ts';
import { heldBack, type Reply, saysOf } from '../reply/reply.ts';
import {
  type Circuit,
  type CircuitKeys,
  circuitKeys,
  isOpen,
  lastRefusal,
  noteRefused,
  noteSending,
  noteServed,
  probeUnderWay,
  takeProbes,
  waitSeconds,
} from './circuit.ts';
import { credentialBreakerKey } from './circuit-breaker.ts';
import type { Destination, Routed, SendBy } from './destination.ts';
import type { Deadline, Identify, Send, Turn } from './send.ts';
import { breakersIn, makeSharedBreaker, type SharedBreaker } from './shared-breaker.ts';

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
  /** `closed`: requests may go. `no-credential`: the project has no credential, so its jobs can never be served. */
  readonly stateOf: (destination: Destination) => 'closed' | 'open' | 'no-credential';
  /** Seconds until a request may go there; 0 unless a breaker is open. */
  readonly waitSeconds: (destination: Destination) => number;
  /** The last refusal there in a short line, if no request is known to have been served since. */
  readonly lastRefusal: (destination: Destination) => string | undefined;
  readonly send: SendBy;
  /** Writes to the ledger what the next invocations must know. Call it once, after the last request. */
  readonly finish: () => Promise<void>;
  /** The last refusal, if requests were refused and none was served. */
  readonly allRefused: () => string | undefined;
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
  readonly circuits: Map<string, Circuit | 'no-credential'>;
  /** By the ledger's key. */
  readonly breakers: Map<string, SharedBreaker>;
  isServed: boolean;
  refusal: string | undefined;
}

const circuitTo = ({ circuits }: BreakersState, destination: Destination): Circuit | undefined => {
  const circuit = circuits.get(nameOf(destination));
  return circuit === 'no-credential' ? undefined : circuit;
};

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
  { identify, circuits }: BreakersState,
  destination: Destination,
): Promise<readonly (readonly [Destination, CircuitKeys])[]> => {
  const identity = await identify(destination.project);
  if (identity.kind === 'none') circuits.set(nameOf(destination), 'no-credential');
  return identity.kind === 'known' ? [[destination, circuitKeys(destination, identity.key)]] : [];
};

const load = async (it: BreakersState, destinations: readonly Destination[]): Promise<void> => {
  const found = await Promise.all(withLooks(destinations).map((one) => keysOf(it, one)));
  const keys = found.flat();
  const stored = await breakersIn(it.records).read(keys.flatMap(([, own]) => Object.values(own)));
  const loaded = (key: string): SharedBreaker => breakerAt(it, key, stored(key));
  for (const [destination, own] of keys) {
    if (Object.values(own).some((key) => stored(key).kind === 'unreachable')) continue;
    const { credential, project, route } = own;
    const circuit = {
      credential: loaded(credential),
      project: loaded(project),
      route: loaded(route),
    };
    it.circuits.set(nameOf(destination), circuit);
    await takeProbes(circuit, destination, it.probeMs);
  }
};

/** The circuit with the credential that the request went out by: it may be newer than the one that was loaded. */
const renewed = (
  it: BreakersState,
  destination: Destination,
  circuit: Circuit,
  { sentBy }: Reply,
): Circuit => {
  if (sentBy === undefined) return circuit;
  const next = { ...circuit, credential: breakerAt(it, credentialBreakerKey(sentBy.key)) };
  it.circuits.set(nameOf(destination), next);
  return next;
};

/** Tells the breakers of a reply. A refusal that may be one job's own, as long as that is not known, is no failure. */
const noteReply = async (
  it: BreakersState,
  circuit: Circuit,
  reply: Reply,
  { mayBlameJobs, isLook }: { readonly mayBlameJobs: boolean; readonly isLook: boolean },
): Promise<void> => {
  const { trouble, reason, denial, showsService } = saysOf(reply);
  it.refusal = reason ?? it.refusal;
  if (mayBlameJobs && denial !== undefined) return;
  if (trouble !== undefined) await noteRefused(circuit, reply, { trouble, reason });
  else if (showsService) {
    if (!isLook) it.isServed = true;
    await noteServed(circuit, isLook);
  }
};

/** What becomes of a request: it goes out, waits for a probe, or stays here. */
type Admission =
  | { readonly kind: 'go'; readonly circuit: Circuit }
  | { readonly kind: 'wait'; readonly probe: Promise<unknown> }
  | { readonly kind: 'stay'; readonly reply: Reply };

const admit = (it: BreakersState, destination: Destination): Admission => {
  const circuit = circuitTo(it, destination);
  if (circuit === undefined)
    return { kind: 'stay', reply: heldBack('the state of the circuit breaker is unknown') };
  if (isOpen(circuit))
    return {
      kind: 'stay',
      reply: heldBack(
        'the circuit breaker is open',
        circuit.route.lacksRoute() ? 'no-route' : 'held',
      ),
    };
  const probe = probeUnderWay(circuit);
  return probe === undefined ? { kind: 'go', circuit } : { kind: 'wait', probe };
};

const exchange = async (
  it: BreakersState,
  circuit: Circuit,
  { route, ...request }: Routed,
  deadline: Deadline,
): Promise<Reply> => {
  const turn: Turn = {
    get beginBy() {
      return deadline.beginBy;
    },
    signal: deadline.signal,
    isBreakerOpen: () => isOpen(circuit),
  };
  const reply = await it.send(request, turn);
  const mayBlameJobs = request.mayBlameJobs?.() === true;
  const latest = renewed(it, { ...request, route }, circuit, reply);
  await noteReply(it, latest, reply, { mayBlameJobs, isLook: route === 'look' });
  return reply;
};

const send = async (it: BreakersState, request: Routed, deadline: Deadline): Promise<Reply> => {
  const loaded = circuitTo(it, request);
  if (request.route === 'look' && loaded !== undefined && !isOpen(loaded))
    await loaded.route.takeProbe(it.probeMs);
  let admission = admit(it, request);
  while (admission.kind === 'wait') {
    await admission.probe;
    admission = admit(it, request);
  }
  if (admission.kind === 'stay') return admission.reply;
  // Nothing may be awaited since it was admitted: of several requests, one alone is the probe.
  const exchanged = exchange(it, admission.circuit, request, deadline);
  noteSending(admission.circuit, exchanged);
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
    circuits: new Map(),
    breakers: new Map(),
    isServed: false,
    refusal: undefined,
  };
  const known = (destination: Destination) => it.circuits.get(nameOf(destination));
  return {
    load: (destinations) => load(it, destinations),
    stateOf: (destination) => {
      const circuit = known(destination);
      if (circuit === 'no-credential') return circuit;
      return circuit === undefined || isOpen(circuit) ? 'open' : 'closed';
    },
    waitSeconds: (destination) => {
      const circuit = known(destination);
      if (circuit === 'no-credential') return 0;
      return circuit === undefined ? UNKNOWN_SECONDS : waitSeconds(circuit);
    },
    lastRefusal: (destination) => {
      const circuit = circuitTo(it, destination);
      return circuit && lastRefusal(circuit);
    },
    send: (request, deadline) => send(it, request, deadline),
    finish: async () => {
      await Promise.all(Array.from(it.breakers.values(), (breaker) => breaker.finish()));
    },
    allRefused: () => (it.isServed ? undefined : it.refusal),
  };
};
