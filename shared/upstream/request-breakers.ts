import { type Reply, saysOf } from '../reply/reply.ts';
import type { Trouble } from '../reply/trouble.ts';
import {
  credentialBreakerKey,
  projectBreakerKey,
  type RefusalOfAll,
  routeBreakerKey,
} from './circuit-breaker.ts';
import { type Destination, isOfLooks, type UpstreamRoute } from './destination.ts';
import { LONGEST_PAUSE_SECONDS } from './rate.ts';
import type { SharedBreaker } from './shared-breaker.ts';

/** The three breakers that a request passes. If one is open, the request does not go out. */
export interface RequestBreakers {
  readonly credential: SharedBreaker;
  readonly project: SharedBreaker;
  readonly route: SharedBreaker;
}

/** The ledger's keys of the three breakers. */
export type BreakerKeys = Readonly<Record<keyof RequestBreakers, string>>;

export const breakerKeysFor = (destination: Destination, fingerprint: string): BreakerKeys => ({
  credential: credentialBreakerKey(fingerprint),
  project: projectBreakerKey(destination.service, destination.project),
  route: routeBreakerKey(destination),
});

const allOf = ({ credential, project, route }: RequestBreakers): readonly SharedBreaker[] => [
  credential,
  project,
  route,
];

export const isOpen = (breakers: RequestBreakers): boolean =>
  allOf(breakers).some((breaker) => breaker.isOpen());

/** Seconds until a request may go out; 0 unless a breaker is open. */
export const waitSeconds = (breakers: RequestBreakers): number =>
  Math.max(...allOf(breakers).map((breaker) => breaker.waitSeconds()));

export const lastRefusal = ({ credential, project, route }: RequestBreakers): string | undefined =>
  route.lastRefusal() ?? project.lastRefusal() ?? credential.lastRefusal();

/** Takes the probes of half-open breakers, one after the other: none is taken if another breaker is open. */
export const takeProbes = async (
  breakers: RequestBreakers,
  { route }: Destination,
  ms: number,
): Promise<void> => {
  const ofCredential = !isOpen(breakers) && (await breakers.credential.takeProbe(ms));
  const ofProject = ofCredential && (await breakers.project.takeProbe(ms));
  // Few invocations look at jobs, so the probe of looks is taken with the first look.
  if (ofProject && !isOfLooks(route)) await breakers.route.takeProbe(ms);
};

/** A probe that other requests have to wait for. */
export const probeUnderWay = ({
  credential,
  project,
  route,
}: RequestBreakers): Promise<unknown> | undefined =>
  credential.probeUnderWay() ?? project.probeUnderWay() ?? route.probeUnderWay();

export const noteSending = (breakers: RequestBreakers, exchange: Promise<unknown>): void => {
  for (const breaker of allOf(breakers)) breaker.sending(exchange);
};

/** Where looks are served, calls may still be refused. So a look is no success of the project's breaker. */
export const noteServed = async (breakers: RequestBreakers, isLook: boolean): Promise<void> => {
  const { credential, project, route } = breakers;
  await Promise.all([credential.success(), route.success(), project.success(isLook)]);
};

/** After a refused credential its project waits for so much longer than the other projects. */
const LATER_SECONDS = 60;

/**
 * Opens the breaker of a refused credential. Resolves to the seconds that the project of the request has to wait. That is
 * longer than for the credential, so that the next probe is another project's. If other projects were served since the
 * credential was last refused in this one, the project is the cause, and waits for long.
 */
const refuseCredential = async (
  { project, credential }: RequestBreakers,
  refusal: { readonly trouble: Trouble; readonly reason: string | undefined },
): Promise<number> => {
  const isProjects = project.blamesCredential() && !credential.blamesCredential();
  await credential.failure({ ...refusal, isCertain: true });
  return isProjects ? LONGEST_PAUSE_SECONDS : credential.waitSeconds() + LATER_SECONDS;
};

/**
 * Whether a refusal counts for its route alone: it is about the path, or about a list of jobs. Looks at single jobs take the
 * place of a list, so its trouble must not stop them. A throttle and a refused credential count for all.
 */
export const isOfRouteAlone = (route: UpstreamRoute, reply: Reply): boolean => {
  const { isBadSignature, isOfRoute, trouble } = saysOf(reply);
  return isOfRoute || (route === 'list' && trouble !== 'throttled' && !isBadSignature);
};

/**
 * So long a list is not asked for again after a refusal. One that hangs takes all the time for looks, so an invocation before
 * that time has to look without it.
 */
const LIST_SECONDS = 900;

/** What the breaker of a list is told if its answer came too late to look at the jobs that it does not settle. */
export const LATE_LIST: RefusalOfAll = {
  trouble: 'outage',
  reason: 'the list of jobs takes the time for looks at single jobs',
  retryAfter: LIST_SECONDS,
  isCertain: true,
};

/** Counts a refusal for the route alone, or for the project, and for the credential if that is refused. */
export const noteRefused = async (
  breakers: RequestBreakers,
  route: UpstreamRoute,
  reply: Reply,
  refusal: { readonly trouble: Trouble; readonly reason: string | undefined },
): Promise<void> => {
  const { isBadSignature, retryAfter: wished = 0 } = saysOf(reply);
  const { trouble } = refusal;
  if (isOfRouteAlone(route, reply)) {
    const isList = route === 'list';
    const retryAfter = isList ? Math.max(wished, LIST_SECONDS) : wished;
    const isCertain = isList || trouble === 'no-route';
    await breakers.route.failure({ ...refusal, retryAfter, isCertain });
    return;
  }
  const isCredentials = reply.sentBy?.isRefused ?? isBadSignature;
  const retryAfter = isCredentials ? await refuseCredential(breakers, refusal) : wished;
  const isCertain = trouble === 'throttled' || trouble === 'no-route' || isBadSignature;
  await breakers.project.failure({ ...refusal, retryAfter, isCertain });
};
