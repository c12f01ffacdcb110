import type {
  MayBegin,
  OperationName,
  ProjectId,
  Service,
  UpstreamRequest,
} from '../operations/operation.ts';
import type { Reply } from '../reply/reply.ts';

/** The path that a request takes at its service: an operation's endpoint, or the one for looks. */
export type Route = OperationName | 'look';

/** Where requests go: by one route of a service, for one project. */
export interface Destination {
  readonly service: Service;
  readonly project: ProjectId;
  readonly route: Route;
}

/** A request that says which route it takes. */
export type Routed = UpstreamRequest & Destination;

/** As `Send`, for requests that say which route they take. */
export type SendBy = (request: Routed, mayBegin: MayBegin) => Promise<Reply>;
