import { wayOf, wayOfKey } from '../core/cool-down.ts';
import { denialOf } from '../core/denial.ts';
import type { Log } from '../core/log.ts';
import type { Identify, ProjectId, Send, Service } from '../core/operation.ts';
import { LONGEST_PAUSE_SECONDS } from '../core/pace.ts';
import { type Closure, closureOf, isBadSignature, showsService } from '../core/refusal.ts';
import { heldBack, type Reply } from '../core/reply.ts';
import type { Book } from './book.ts';
import { makeWay, type Way } from './way.ts';

export interface GateEdges {
  readonly book: Book;
  readonly send: Send;
  readonly identify: Identify;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Where requests of one service for one project go. */
export interface Destination {
  readonly service: Service;
  readonly project: ProjectId;
}

/**
 * The gates between one invocation and the upstream. Law: where everybody was refused nobody asks until a cool-down is
 * over, which all invocations heed through the ledger; then one alone sends one request, and the others follow only if
 * it was served.
 */
export interface Gates {
  /** Finds out where requests may go. To be called once, before anything is sent. */
  readonly open: (destinations: readonly Destination[]) => Promise<void>;
  /** `nobody`: the project has no credential, so its jobs can never be served. */
  readonly standing: (destination: Destination) => 'open' | 'closed' | 'nobody';
  /** Seconds until it is worth to come back; 0 where nothing is closed. */
  readonly pause: (destination: Destination) => number;
  readonly send: Send;
  /** Leaves behind what the next invocations have to know. To be called once, when nothing will be sent any more. */
  readonly leave: () => Promise<void>;
  /** Whether somebody was refused, and nobody served. */
  readonly areAllRefused: () => boolean;
}

/** The ways of one destination: the project's, and the credential's. */
interface Route {
  readonly ofProject: Way;
  readonly ofKey: Way;
}

/** By how much a project whose request met the refusal of a credential rests longer than that. */
const LATER_SECONDS = 60;

/** How long to wait where the ledger or the credentials are out of reach. */
const UNKNOWN_SECONDS = 15;

const nameOf = ({ service, project }: Destination): string => `${service}/${project}`;

export const makeGates = (
  edges: GateEdges,
  /** Milliseconds after which a probe that nothing is heard of may be followed by another. */
  probeMs: number,
): Gates => {
  const { book, identify } = edges;
  const routes = new Map<string, Route | 'nobody'>();
  const ways = new Map<string, Way>();
  let isServed = false;
  let isRefused = false;

  const isClosed = ({ ofProject, ofKey }: Route): boolean =>
    ofProject.isClosed() || ofKey.isClosed();

  const findKeys = async (destination: Destination) => {
    const identity = await identify(destination.project);
    if (identity.kind === 'none') routes.set(nameOf(destination), 'nobody');
    const { service, project } = destination;
    return identity.kind === 'known'
      ? [[destination, wayOf(service, project), wayOfKey(identity.key)] as const]
      : [];
  };

  const open: Gates['open'] = async (destinations) => {
    const found = (await Promise.all(destinations.map(findKeys))).flat();
    const stored = await book.coolDowns(found.flatMap(([, ...keys]) => keys));
    if (stored === undefined) return;
    const wayAt = (key: string): Way => {
      const way = ways.get(key) ?? makeWay(edges, key, stored.get(key));
      ways.set(key, way);
      return way;
    };
    for (const [destination, ofProject, ofKey] of found) {
      const route = { ofProject: wayAt(ofProject), ofKey: wayAt(ofKey) };
      routes.set(nameOf(destination), route);
      // One after the other: a probe is only taken on where nothing else is closed.
      if (!isClosed(route) && (await route.ofKey.takeProbe(probeMs)))
        await route.ofProject.takeProbe(probeMs);
    }
  };

  /** The route as it is by the credential that a request went out by: it may have been renewed since the gates were opened. */
  const renewed = (destination: Destination, route: Route, { sentBy }: Reply): Route => {
    if (sentBy === undefined) return route;
    const key = wayOfKey(sentBy.key);
    const ofKey = ways.get(key) ?? makeWay(edges, key, undefined);
    ways.set(key, ofKey);
    const next = { ...route, ofKey };
    routes.set(nameOf(destination), next);
    return next;
  };

  /**
   * Closes the way of a refused credential. Resolves to the seconds for which the project rests whose request met that:
   * longer, so that the next who tries is another's; and for long if others have been served since it met it before.
   */
  const condemn = async ({ ofProject, ofKey }: Route, closure: Closure): Promise<number> => {
    const isOwn = ofProject.wasRefused() && !ofKey.wasRefused();
    await ofKey.refuse({ closure, isCertain: true });
    return isOwn ? LONGEST_PAUSE_SECONDS : ofKey.pause() + LATER_SECONDS;
  };

  /** What is not a credential's is the project's. What may be one job's own, as long as nobody can tell, is neither's. */
  const hear = async (route: Route, reply: Reply, mayBlameJobs: boolean): Promise<void> => {
    const closure = closureOf(reply);
    if (mayBlameJobs && denialOf(reply)?.kind === 'denied') return;
    if (closure !== undefined) {
      isRefused = true;
      const isBad = isBadSignature(reply);
      const isKeys = reply.sentBy?.isRefused ?? isBad;
      const retryAfter = isKeys ? await condemn(route, closure) : reply.retryAfter;
      const isCertain = closure === 'throttled' || isBad;
      await route.ofProject.refuse({ closure, retryAfter, isCertain });
    } else if (showsService(reply)) {
      isServed = true;
      await Promise.all([route.ofKey.pass(), route.ofProject.pass()]);
    }
  };

  const routeOf = (request: Destination): Route | undefined => {
    const route = routes.get(nameOf(request));
    return route === 'nobody' ? undefined : route;
  };

  const send: Send = async (request, mayBegin) => {
    let route = routeOf(request);
    for (;;) {
      if (route === undefined) return heldBack('nobody can tell if it may go');
      if (isClosed(route)) return heldBack('cooling down');
      const ahead = route.ofProject.probe() ?? route.ofKey.probe();
      if (ahead === undefined) break;
      await ahead;
      route = routeOf(request);
    }
    const own = route;
    const exchange = async (): Promise<Reply> => {
      const reply = await edges.send(request, (inMs) => !isClosed(own) && mayBegin(inMs));
      const mayBlameJobs = request.mayBlameJobs?.() === true;
      await hear(renewed(request, own, reply), reply, mayBlameJobs);
      return reply;
    };
    const exchanged = exchange();
    own.ofProject.sending(exchanged);
    own.ofKey.sending(exchanged);
    return exchanged;
  };

  return {
    open,
    standing: (destination) => {
      const route = routes.get(nameOf(destination));
      if (route === 'nobody') return 'nobody';
      return route === undefined || isClosed(route) ? 'closed' : 'open';
    },
    pause: (destination) => {
      const route = routes.get(nameOf(destination));
      if (route === 'nobody') return 0;
      if (route === undefined) return UNKNOWN_SECONDS;
      return Math.max(route.ofProject.pause(), route.ofKey.pause());
    },
    send,
    leave: async () => {
      await Promise.all(Array.from(ways.values(), (way) => way.leave()));
    },
    areAllRefused: () => isRefused && !isServed,
  };
};
