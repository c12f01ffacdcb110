import type {
  OperationName,
  ProjectId,
  Service,
  UpstreamRequest,
} from '../operations/operation.ts';
import type { Reply } from '../reply/reply.ts';
import type { Deadline } from './send.ts';

/** Which endpoint a request goes to at its service: an operation's, the one for looks, or the list of jobs. */
export type UpstreamRoute = OperationName | 'look' | 'list';

/** Whether requests by this route show jobs, and change nothing. */
export const isOfLooks = (route: UpstreamRoute): route is 'look' | 'list' =>
  route === 'look' || route === 'list';

/** Where requests go: by one route of a service, for one project. */
export interface Destination {
  readonly service: Service;
  readonly project: ProjectId;
  readonly route: UpstreamRoute;
}

/** A request that says which route it takes. */
export type Routed = UpstreamRequest & Destination;

/** Sends one request by its route. It does not go out if its circuit breakers or its time do not allow it. Never throws. */
export type SendBy = (request: Routed, deadline: Deadline) => Promise<Reply>;
