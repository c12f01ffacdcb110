import httpRouter from '@middy/http-router';
import type {
  APIGatewayProxyEventV2,
  APIGatewayProxyStructuredResultV2,
  Context,
} from 'aws-lambda';
import { type HttpEvent, readHttpEvent } from '../accept/http-event.ts';
import { measureRequest } from '../accept/measure-request.ts';
import { blankProblem, type Problem, problemOf } from '../accept/problem.ts';
import type { Handled, Route, TellProblem } from '../accept/route.ts';
import { type TakeEdges, takeRequest } from '../accept/take-request.ts';
import type { IntentId } from '../intent/intent.ts';
import type { Log } from '../json/log.ts';
import { type Measure, UNMEASURED } from '../json/metric.ts';
import { troubleOf } from '../json/trouble.ts';
import type { Answer } from '../operations/operation.ts';
import { serviceOf } from '../operations/services.ts';

export interface HttpEdges extends TakeEdges {
  readonly routes: readonly Route[];
  readonly tell: TellProblem;
  readonly newIntentId: () => IntentId;
  readonly log: Log;
  /** Counts the requests. Undefined: nothing is counted. */
  readonly measure?: Measure | undefined;
  /** The base path of a custom domain, such as `/jobs`, or empty. */
  readonly basePath?: string;
}

type Refusal = Extract<Handled, { ok: false }>;

type GatewayResult = APIGatewayProxyStructuredResultV2;

/** What the router takes: payload 2.0, with the event that it was made of. */
type Event = APIGatewayProxyEventV2 & { readonly of: HttpEvent };

/** The payload is no HTTP request, so there is no caller to answer. */
export class NotHttpEventError extends Error {
  static override readonly name = 'NotHttpEventError';
  override readonly name = 'NotHttpEventError';
}

/** Characters of a path that a log line shows. */
const LONGEST_PATH = 256;

/** The result of what a route says. Throws if it cannot be written. */
const write = (
  { tell }: HttpEdges,
  path: string,
  handled: Handled,
  intentId: IntentId,
): GatewayResult => {
  const answered = handled.ok ? handled.answer : tell(handled.problem, path, intentId);
  return resultOf(answered, intentId, handled.allow);
};

/** A check that kept a stranger out is a warning. What a caller can mend is not, and an answer to a question even less. */
const levelOf = ({ check, isAnswer }: Refusal): 'debug' | 'info' | 'warn' => {
  if (check !== undefined) return 'warn';
  return isAnswer === true ? 'debug' : 'info';
};

const logRefusal = (
  log: Log,
  intent_id: IntentId,
  { method, path }: Pick<HttpEvent, 'method' | 'path'>,
  refusal: Refusal,
): void => {
  const { problem, check, caller } = refusal;
  const { status, type: reason } = problem;
  const where = { method, path: path.slice(0, LONGEST_PATH) };
  log[levelOf(refusal)]('refused', {
    intent_id,
    status,
    ...where,
    ...(reason !== undefined && { reason }),
    ...(caller !== undefined && { caller }),
    ...(check !== undefined && { check }),
  });
};

/** Answers a request by what its route says. Law: it never throws. What breaks on the way is told as a problem. */
const answer = async (
  edges: HttpEdges,
  { method, path }: Pick<HttpEvent, 'method' | 'path'>,
  handle: (intentId: IntentId) => Promise<Handled>,
): Promise<GatewayResult> => {
  const { newIntentId, log, measure = UNMEASURED } = edges;
  const made = newIntentId();
  const broken = (intent_id: IntentId, error: unknown): Handled => {
    log.warn('unexpected', { intent_id, ...troubleOf(error) });
    return { ok: false, problem: BROKEN };
  };
  const handled = await handle(made).catch((error: unknown) => broken(made, error));
  const { intentId = made } = handled;
  if (!handled.ok && handled.problem !== BROKEN)
    logRefusal(log, intentId, { method, path }, handled);
  const told = (said: Handled): GatewayResult => {
    const result = write(edges, path, said, intentId);
    measureRequest(method, said, result.statusCode ?? 200, measure);
    return result;
  };
  try {
    return told(handled);
  } catch (error) {
    return told(broken(intentId, error));
  }
};

/**
 * Handles events of API Gateway (HTTP API with payload 2.0 or 1.0, REST API) and of function URLs. Answers in the form
 * that all of them accept. Laws: every answer has an intent id in `x-intent-id` and `x-request-id`, made before the
 * request is read. Every error has the shape that its path speaks. A request that a check refuses is one log line,
 * `refused`, which names the check; the answer does not.
 */
export const makeHttpHandler = (edges: HttpEdges) => {
  const { routes, basePath = '' } = edges;
  const router = httpRouter<Event, GatewayResult>({
    routes: routes.map((route) => ({
      method: route.method,
      path: route.path,
      handler: ({ of, pathParameters: params = {} }: Event, context: Context) =>
        answer(edges, of, (intentId) =>
          takeRequest(edges, route, of, { params, remainingMs: timeOf(context) }, intentId),
        ),
    })),
    notFoundResponse: ({ method, path }) =>
      answer(edges, { method, path }, async () => notFound(routes, path)),
  });
  const isKnown = (path: string): boolean => templateOf(routes, path) !== undefined;
  return async (payload: unknown, context: Context): Promise<GatewayResult> => {
    const read = readHttpEvent(payload, { basePath, isKnown });
    if (!read.ok) throw new NotHttpEventError(read.detail);
    const { event } = read;
    const { method, path } = event;
    if (hasRoute(routes, event) || serviceOf(path) === undefined)
      return router(asPayload2(event), context);
    return answer(edges, { method, path }, (intentId) =>
      takeRequest(
        edges,
        unoffered(routes, path),
        event,
        { params: {}, remainingMs: timeOf(context) },
        intentId,
      ),
    );
  };
};

/** It shrinks: the embedded stack cuts it when it stops. */
const timeOf = (context: Context) => (): number => context.getRemainingTimeInMillis();

/** A call of the vendor's that no route serves: only a caller that has proved itself learns so. */
const unoffered = (routes: readonly Route[], path: string): Route => ({
  method: 'GET',
  path,
  admits: 'callers',
  handle: async () => notFound(routes, path),
});

/** The request as payload 2.0, which the router reads. Fields that we never read are blank. */
const asPayload2 = (of: HttpEvent): Event => ({
  of,
  version: '2.0',
  routeKey: '$default',
  rawPath: of.path,
  rawQueryString: of.query,
  headers: of.headers,
  requestContext: {
    accountId: '',
    apiId: '',
    domainName: '',
    domainPrefix: '',
    http: { method: of.method, path: of.path, protocol: '', sourceIp: '', userAgent: '' },
    requestId: '',
    routeKey: '$default',
    stage: '$default',
    time: '',
    timeEpoch: 0,
  },
  isBase64Encoded: false,
});

const notFound = (routes: readonly Route[], path: string): Handled => {
  const methods = routes.filter((route) => fits(route.path, path)).map(({ method }) => method);
  if (methods.length === 0)
    return refused(blankProblem(404, `There is nothing here. The paths are: ${pathsOf(routes)}.`));
  const allow = methods.join(', ');
  return { ...refused(blankProblem(405, `Use ${allow}.`)), allow };
};

const hasRoute = (routes: readonly Route[], { method, path }: HttpEvent): boolean =>
  routes.some((route) => route.method === method && fits(route.path, path));

const templateOf = (routes: readonly Route[], path: string): string | undefined =>
  routes.map((route) => route.path).find((template) => fits(template, path));

const pathsOf = (routes: readonly Route[]): string => routes.map(({ path }) => path).join(', ');

const fits = (template: string, path: string): boolean =>
  new RegExp(`^${template.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}/?$`).test(path);

const refused = (problem: Problem) => ({ ok: false as const, problem });

const BROKEN = problemOf(
  'internal-error',
  'The request could not be handled. Nothing is known to be queued: send it again.',
);

const resultOf = (
  answer: Answer,
  intentId: IntentId,
  allow: string | undefined,
): GatewayResult => ({
  statusCode: answer.status,
  headers: {
    'content-type': answer.contentType ?? 'application/json',
    'x-intent-id': intentId,
    // The vendor's typed clients show this header and no other.
    'x-request-id': intentId,
    // RFC 9110 §15.5.2 requires a challenge.
    ...(answer.status === 401 && { 'www-authenticate': 'Bearer' }),
    ...(answer.status === 405 && allow !== undefined && { allow }),
    ...(answer.status === 503 && { 'retry-after': '5' }),
    ...answer.headers,
  },
  body: answer.text ?? JSON.stringify(answer.body),
  isBase64Encoded: false,
});
