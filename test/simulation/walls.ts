import { endpoints } from '../../local/upstream/operations/index.ts';
import type { Unread } from '../../shared/reply/reply.ts';
import type { UpstreamRoute } from '../../shared/upstream/destination.ts';
import type { Random } from './random.ts';

/** How a gateway or proxy turns requests back: with a page, or because it knows no such route. */
export const WALLS = ['page 403', 'page 404', 'page 502', 'no route'] as const;
export type WallName = (typeof WALLS)[number];

/** A time, in milliseconds since the start, in which requests are turned back: all of a service, or of one route. */
export interface Wall {
  readonly as: WallName;
  readonly where: 'dli' | 'drs' | UpstreamRoute;
  readonly from: number;
  readonly to: number;
}

const ROUTES: readonly UpstreamRoute[] = [...endpoints.map(({ operation }) => operation), 'look'];

const drawWall = (random: Random, acceptsFor: number, as: WallName): Wall => {
  const from = random.between(0, acceptsFor);
  const where =
    as === 'no route' ? random.pick(ROUTES) : random.pick(['dli', 'dli', 'drs'] as const);
  return { as, where, from, to: from + random.pick([10_000, 60_000, 600_000]) };
};

export const drawWalls = (random: Random, acceptsFor: number): readonly Wall[] =>
  WALLS.map((as) => drawWall(random, acceptsFor, as));

export const isWall = (fault: string | undefined): fault is WallName =>
  WALLS.some((wall) => wall === fault);

const page = (status: number): Unread => ({
  kind: 'replied',
  status,
  body: `<html><h1>${status}</h1></html>`,
  contentType: 'text/html',
});

/** What a wall answers in place of the service. */
export const PAGES: Readonly<Record<WallName, Unread>> = {
  'page 403': page(403),
  'page 404': page(404),
  'page 502': page(502),
  'no route': {
    kind: 'replied',
    status: 404,
    body: '{"error_code":"APIGW.0101","error_msg":"words"}',
  },
};

/** Whether the answer is about the path alone, and so says nothing of other routes. */
const isOfRoute = (wall: WallName): boolean => wall === 'page 404' || wall === 'no route';

/** What the breaker is of that may open after a request by this route met the wall. */
export const breakerBehind = (
  wall: WallName,
  { service, route, project }: { service: string; route: UpstreamRoute; project: string },
): string => (isOfRoute(wall) ? `${service}/${project}/${route}` : `${service}/${project}`);

/** The wall that a request meets now, if any. */
export const wallBefore = (
  walls: readonly Wall[],
  { service, route }: { readonly service: string; readonly route: UpstreamRoute },
  at: number,
  strikes: (wall: WallName) => boolean,
): WallName | undefined =>
  walls.find(
    ({ as, where, from, to }) =>
      (where === service || where === route) && at >= from && at < to && strikes(as),
  )?.as;
