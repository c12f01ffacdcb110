import { heldBack, type Reply, saysOf } from '../reply/reply.ts';
import { credentialBreakerKey } from './circuit-breaker.ts';
import {
  type Destination,
  isOfLooks,
  type Routed,
  type SendBy,
  type UpstreamRoute,
} from './destination.ts';
import {
  type BreakersEdges,
  type BreakersState,
  breakerAt,
  breakersTo,
  load,
  nameOf,
  withLooks,
} from './loaded-breakers.ts';
import {
  isOfRouteAlone,
  isOpen,
  LATE_LIST,
  lastRefusal,
  noteRefused,
  noteSending,
  noteServed,
  probeUnderWay,
  type RequestBreakers,
  waitSeconds,
} from './request-breakers.ts';
import type { Deadline, Turn } from './send.ts';
import { type Standing, standingOf } from './standing.ts';

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
  /** Opens the breaker of a list of jobs that is answered too late to be of use. */
  readonly giveUpList: (list: Destination) => Promise<void>;
  /** Writes to the ledger what the next invocations must know. Call it once, after the last request. */
  readonly finish: () => Promise<void>;
  /** The last refusal, if calls were refused and none was served; without any call, the same of looks. */
  readonly allRefused: () => string | undefined;
  readonly standing: () => Standing;
}

/** How long to wait if the ledger or the credentials are out of reach. */
const UNKNOWN_SECONDS = 15;

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

const noteRefusal = (it: BreakersState, route: UpstreamRoute, reason: string | undefined): void => {
  if (isOfLooks(route)) it.lookRefusal = reason ?? it.lookRefusal;
  else it.refusal = reason ?? it.refusal;
};

/** A look that is served tells nothing of calls that are refused. So looks count only where no call went out. */
const allRefused = (it: BreakersState): string | undefined => {
  if (it.isServed) return undefined;
  return it.refusal ?? (it.isLookServed ? undefined : it.lookRefusal);
};

/** Tells the breakers of a reply. A refusal that may be one job's own, as long as that is not known, is no failure. */
const noteReply = async (
  it: BreakersState,
  breakers: RequestBreakers,
  reply: Reply,
  { route, mayBlameJobs }: { readonly route: UpstreamRoute; readonly mayBlameJobs: boolean },
): Promise<void> => {
  const { trouble, reason, denial, showsService } = saysOf(reply);
  // A list that is refused keeps no job from being looked at.
  if (route !== 'list' || !isOfRouteAlone(route, reply)) noteRefusal(it, route, reason);
  if (mayBlameJobs && denial !== undefined) return;
  if (trouble !== undefined) await noteRefused(breakers, route, reply, { trouble, reason });
  else if (showsService) {
    if (isOfLooks(route)) it.isLookServed = true;
    else it.isServed = true;
    await noteServed(breakers, isOfLooks(route));
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
  await noteReply(it, latest, reply, { route: request.route, mayBlameJobs });
  return reply;
};

const send = async (it: BreakersState, request: Routed, deadline: Deadline): Promise<Reply> => {
  if (request.route === 'list' && breakersTo(it, request) === undefined) await load(it, [request]);
  const loaded = breakersTo(it, request);
  if (isOfLooks(request.route) && loaded !== undefined && !isOpen(loaded))
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

const nothingLoaded = (edges: BreakersEdges, probeMs: number): BreakersState => ({
  ...edges,
  probeMs,
  byDestination: new Map(),
  withoutCredential: new Set(),
  breakers: new Map(),
  isServed: false,
  isLookServed: false,
  refusal: undefined,
  lookRefusal: undefined,
});

export const makeBreakers = (
  edges: BreakersEdges,
  /** Milliseconds after which another invocation may take a probe of which there is no news. */
  probeMs: number,
): Breakers => {
  const it = nothingLoaded(edges, probeMs);
  const lacksCredential = (destination: Destination): boolean =>
    it.withoutCredential.has(nameOf(destination));
  return {
    load: (destinations) => load(it, withLooks(destinations)),
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
    giveUpList: async (list) => {
      await breakersTo(it, list)?.route.failure(LATE_LIST);
    },
    finish: async () => {
      await Promise.all(Array.from(it.breakers.values(), (breaker) => breaker.finish()));
    },
    allRefused: () => allRefused(it),
    standing: () => standingOf(it.breakers),
  };
};
