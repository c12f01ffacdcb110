import type { Log } from '../json/log.ts';
import type { Records } from '../ledger/records.ts';
import type { Identify, Send } from '../operations/operation.ts';
import { denialOf } from '../reply/denial.ts';
import {
  type Closure,
  closureOf,
  isBadSignature,
  isOfRoute,
  showsService,
} from '../reply/refusal.ts';
import { heldBack, type Reply } from '../reply/reply.ts';
import { refusalIn } from '../reply/stranger.ts';
import { wayOf, wayOfKey, wayOfRoute } from './circuit-breaker.ts';
import type { Destination, SendBy } from './destination.ts';
import { LONGEST_PAUSE_SECONDS } from './rate.ts';
import { breakersOf, makeSharedBreaker, type SharedBreaker } from './shared-breaker.ts';

export interface BreakersEdges {
  readonly records: Records;
  readonly send: Send;
  readonly identify: Identify;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * The gates between one invocation and the upstream. Law: where every request was refused none is sent until a cool-down is
 * over, which all invocations heed through the ledger; then one alone sends one request, and the others follow only if
 * it was served.
 */
export interface Breakers {
  /** Finds out where requests may go, and looks with them. To be called once, before anything is sent. */
  readonly open: (destinations: readonly Destination[]) => Promise<void>;
  /** `no-credential`: the project has no credential, so its jobs can never be served. */
  readonly standing: (destination: Destination) => 'open' | 'closed' | 'no-credential';
  /** Seconds until it is worth to come back; 0 where nothing is closed. */
  readonly pause: (destination: Destination) => number;
  /** What the last refusal at a destination looked like, in a short line, if no request is known to have been served since. */
  readonly reason: (destination: Destination) => string | undefined;
  readonly send: SendBy;
  /** Leaves behind what the next invocations have to know. To be called once, when nothing will be sent any more. */
  readonly leave: () => Promise<void>;
  /** What the last refusal looked like, if requests were refused, and none was served. */
  readonly allRefused: () => string | undefined;
}

/** The ways that a request goes: the credential's, the project's, and its own route's. */
interface BreakersOnTheWay {
  readonly ofKey: SharedBreaker;
  readonly ofProject: SharedBreaker;
  readonly ofRoute: SharedBreaker;
}

/** What a reply is to. */
interface Heard {
  /** Whether one of its jobs may be the reason why all were refused. */
  readonly mayBlameJobs: boolean;
  readonly isLook: boolean;
}

/** By how much a project whose request met the refusal of a credential rests longer than that. */
const LATER_SECONDS = 60;

/** How long to wait where the ledger or the credentials are out of reach. */
const UNKNOWN_SECONDS = 15;

const nameOf = ({ service, project, route }: Destination): string =>
  `${service}/${project}/${route}`;

/** Each destination, and the one by which its jobs are looked at. */
const withLooks = (destinations: readonly Destination[]): readonly Destination[] => {
  const all = destinations.flatMap((one): Destination[] => [one, { ...one, route: 'look' }]);
  return [...new Map(all.map((one) => [nameOf(one), one])).values()];
};

export const makeBreakers = (
  edges: BreakersEdges,
  /** Milliseconds after which a probe that nothing is heard of may be followed by another. */
  probeMs: number,
): Breakers => {
  const { records, identify } = edges;
  const found = new Map<string, BreakersOnTheWay | 'no-credential'>();
  const ways = new Map<string, SharedBreaker>();
  let isServed = false;
  let refusal: string | undefined;

  const isClosed = (own: BreakersOnTheWay): boolean =>
    Object.values(own).some((way: SharedBreaker) => way.isClosed());

  const wayAt = (key: string, stored?: Parameters<typeof makeSharedBreaker>[2]): SharedBreaker => {
    const way = ways.get(key) ?? makeSharedBreaker(edges, key, stored);
    ways.set(key, way);
    return way;
  };

  const keysOf = async (destination: Destination) => {
    const { service, project } = destination;
    const identity = await identify(project);
    if (identity.kind === 'none') found.set(nameOf(destination), 'no-credential');
    return identity.kind === 'known'
      ? [
          {
            destination,
            ofKey: wayOfKey(identity.key),
            ofProject: wayOf(service, project),
            ofRoute: wayOfRoute(destination),
          },
        ]
      : [];
  };

  const open: Breakers['open'] = async (destinations) => {
    const keys = (await Promise.all(withLooks(destinations).map(keysOf))).flat();
    const stored = await breakersOf(records).read(
      keys.flatMap(({ ofKey, ofProject, ofRoute }) => [ofKey, ofProject, ofRoute]),
    );
    if (stored === undefined) return;
    const opened = (key: string): SharedBreaker => wayAt(key, stored.get(key));
    for (const { destination, ofKey, ofProject, ofRoute } of keys) {
      const own = {
        ofKey: opened(ofKey),
        ofProject: opened(ofProject),
        ofRoute: opened(ofRoute),
      };
      found.set(nameOf(destination), own);
      // One after the other: a probe is only taken on where nothing else is closed.
      const isFree = !isClosed(own) && (await own.ofKey.takeProbe(probeMs));
      const isOpen = isFree && (await own.ofProject.takeProbe(probeMs));
      if (isOpen && destination.route !== 'look') await own.ofRoute.takeProbe(probeMs);
    }
  };

  /** The ways as they are by the credential that a request went out by: it may have been renewed since the gates were opened. */
  const renewed = (
    destination: Destination,
    own: BreakersOnTheWay,
    { sentBy }: Reply,
  ): BreakersOnTheWay => {
    if (sentBy === undefined) return own;
    const next = { ...own, ofKey: wayAt(wayOfKey(sentBy.key)) };
    found.set(nameOf(destination), next);
    return next;
  };

  /**
   * Closes the way of a refused credential. Resolves to the seconds for which the project rests whose request met that:
   * longer, so that the next who tries is another's; and for long if others have been served since it met it before.
   */
  const condemn = async (
    { ofProject, ofKey }: BreakersOnTheWay,
    closure: Closure,
    reason: string,
  ): Promise<number> => {
    const isOwn = ofProject.wasRefused() && !ofKey.wasRefused();
    await ofKey.refuse({ closure, isCertain: true, reason });
    return isOwn ? LONGEST_PAUSE_SECONDS : ofKey.pause() + LATER_SECONDS;
  };

  /**
   * What is not a credential's is the project's, and what is about a path is that route's alone. What may be one job's own,
   * as long as that cannot be told, is none of these.
   */
  const hear = async (
    own: BreakersOnTheWay,
    reply: Reply,
    { mayBlameJobs, isLook }: Heard,
  ): Promise<void> => {
    const closure = closureOf(reply);
    const reason = closure && refusalIn(reply);
    refusal = reason ?? refusal;
    if (mayBlameJobs && denialOf(reply) !== undefined) return;
    if (closure !== undefined && reason !== undefined) {
      const isBad = isBadSignature(reply);
      const isKeys = reply.sentBy?.isRefused ?? isBad;
      const retryAfter = isKeys ? await condemn(own, closure, reason) : reply.retryAfter;
      const isCertain = closure === 'throttled' || closure === 'no-route' || isBad;
      const refused = isOfRoute(reply) ? own.ofRoute : own.ofProject;
      await refused.refuse({ closure, retryAfter, isCertain, reason });
    } else if (showsService(reply)) {
      // Where looks are answered calls may still be refused: only a call that is served tells that the project's are.
      if (!isLook) isServed = true;
      await Promise.all([own.ofKey.pass(), own.ofRoute.pass(), own.ofProject.pass(isLook)]);
    }
  };

  const waysOf = (destination: Destination): BreakersOnTheWay | undefined => {
    const own = found.get(nameOf(destination));
    return own === 'no-credential' ? undefined : own;
  };

  const send: SendBy = async ({ route, ...request }, mayBegin) => {
    const destination = { ...request, route };
    let own = waysOf(destination);
    // Few invocations look at anything: this probe is noted by those alone who do.
    if (route === 'look' && own !== undefined && !isClosed(own))
      await own.ofRoute.takeProbe(probeMs);
    for (;;) {
      if (own === undefined) return heldBack('nobody can tell if it may go');
      if (isClosed(own)) return heldBack('cooling down', own.ofRoute.leadsNowhere());
      const ahead = own.ofKey.probe() ?? own.ofProject.probe() ?? own.ofRoute.probe();
      if (ahead === undefined) break;
      await ahead;
      own = waysOf(destination);
    }
    const taken = own;
    const exchange = async (): Promise<Reply> => {
      const reply = await edges.send(request, (inMs) => !isClosed(taken) && mayBegin(inMs));
      const mayBlameJobs = request.mayBlameJobs?.() === true;
      const heard = { mayBlameJobs, isLook: route === 'look' };
      await hear(renewed(destination, taken, reply), reply, heard);
      return reply;
    };
    const exchanged = exchange();
    for (const way of Object.values(taken)) way.sending(exchanged);
    return exchanged;
  };

  return {
    open,
    standing: (destination) => {
      const own = found.get(nameOf(destination));
      if (own === 'no-credential') return 'no-credential';
      return own === undefined || isClosed(own) ? 'closed' : 'open';
    },
    pause: (destination) => {
      const own = found.get(nameOf(destination));
      if (own === 'no-credential') return 0;
      if (own === undefined) return UNKNOWN_SECONDS;
      return Math.max(...Object.values(own).map((way: SharedBreaker) => way.pause()));
    },
    reason: (destination) => {
      const own = waysOf(destination);
      return own?.ofRoute.reason() ?? own?.ofProject.reason() ?? own?.ofKey.reason();
    },
    send,
    leave: async () => {
      await Promise.all(Array.from(ways.values(), (way) => way.leave()));
    },
    allRefused: () => (isServed ? undefined : refusal),
  };
};
