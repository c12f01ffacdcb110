import middy from '@middy/core';
import httpHeaderNormalizer from '@middy/http-header-normalizer';
import httpRouter from '@middy/http-router';
import type {
  APIGatewayProxyEventV2,
  APIGatewayProxyStructuredResultV2,
  Context,
} from 'aws-lambda';
import { type HttpEvent, readHttpEvent } from '../accept/http-event.ts';
import { blankProblem, type Problem, problemOf } from '../accept/problem.ts';
import type { Handled, Route, TellProblem } from '../accept/route.ts';
import type { IntentId } from '../intent/intent.ts';
import { errorText } from '../json/error-text.ts';
import type { Log } from '../json/log.ts';
import type { Answer } from '../operations/operation.ts';

/** Bytes. Ten thousand DRS tasks with start times take 800 KB. */
export const BODY_LIMIT = 1_000_000;

export interface HttpEdges {
  readonly routes: readonly Route[];
  readonly tell: TellProblem;
  readonly newIntentId: () => IntentId;
  readonly log: Log;
  /** The base path of a custom domain, such as `/jobs`, or empty. */
  readonly basePath?: string;
}

type Event = APIGatewayProxyEventV2;
type GatewayResult = APIGatewayProxyStructuredResultV2;

/** The payload is no HTTP request, so there is no caller to answer. */
export class NotHttpEventError extends Error {
  override readonly name = 'NotHttpEventError';
}

/**
 * Handles events of API Gateway (HTTP API with payload 2.0 or 1.0, REST API) and of function URLs. Answers in the form
 * that all of them accept. Laws: every answer has an intent id in `x-intent-id` and `x-request-id`, made before the
 * request is read. Every error has the shape that its path speaks.
 */
export const makeHttpHandler = ({ routes, tell, newIntentId, log, basePath = '' }: HttpEdges) => {
  const answer = async (path: string, handle: (intentId: IntentId) => Promise<Handled>) => {
    const made = newIntentId();
    const handled = await handle(made).catch((error: unknown): Handled => {
      log.warn('unexpected', { intent_id: made, reason: errorText(error) });
      return { ok: false, problem: BROKEN };
    });
    const { intentId = made } = handled;
    const { ok, allow } = handled;
    const answered = ok ? handled.answer : tell(handled.problem, path, intentId);
    return resultOf(answered, intentId, allow);
  };
  const router = middy<Event, GatewayResult>()
    .use(httpHeaderNormalizer())
    .handler(
      httpRouter<Event, GatewayResult>({
        routes: routes.map(({ method, path, handle }) => ({
          method,
          path,
          handler: (event: Event) =>
            answer(event.rawPath, (intentId) => take(event, intentId, { method, handle })),
        })),
        notFoundResponse: ({ path }) => answer(path, async () => notFound(routes, path)),
      }),
    );
  const isKnown = (path: string): boolean => templateOf(routes, path) !== undefined;
  return async (payload: unknown, context: Context): Promise<GatewayResult> => {
    const read = readHttpEvent(payload, { basePath, isKnown });
    if (!read.ok) throw new NotHttpEventError(read.detail);
    return router(asPayload2(read.event), context);
  };
};

/** The request as payload 2.0, which the router reads. Fields that we never read are blank. */
const asPayload2 = ({ method, path, headers, body, isBase64Encoded }: HttpEvent): Event => ({
  version: '2.0',
  routeKey: '$default',
  rawPath: path,
  rawQueryString: '',
  headers,
  requestContext: {
    accountId: '',
    apiId: '',
    domainName: '',
    domainPrefix: '',
    http: { method, path, protocol: '', sourceIp: '', userAgent: '' },
    requestId: '',
    routeKey: '$default',
    stage: '$default',
    time: '',
    timeEpoch: 0,
  },
  body,
  isBase64Encoded,
});

const take = async (
  event: Event,
  intentId: IntentId,
  { method, handle }: Pick<Route, 'method' | 'handle'>,
): Promise<Handled> => {
  const reading = method === 'GET' ? NO_BODY : readText(event);
  if (!reading.ok) return reading;
  const { rawPath: path, headers, pathParameters: params = {} } = event;
  return handle({ path, headers, params, text: reading.text }, intentId);
};

const NO_BODY = { ok: true, text: '' } as const;

/** The body as text, or why it cannot be read. API Gateway encodes binary bodies as base64. */
const readText = (event: Event): { ok: true; text: string } | Extract<Handled, { ok: false }> => {
  const type = event.headers['content-type'] ?? '';
  if (!/^application\/(json|[\w.-]+\+json)\s*(;|$)/i.test(type)) {
    return refused(problemOf('body-not-json', 'Send JSON, with content-type: application/json.'));
  }
  const bytes = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length >= BODY_LIMIT) {
    return refused(problemOf('body-too-large', `A body must be smaller than ${BODY_LIMIT} bytes.`));
  }
  try {
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return refused(problemOf('invalid-request', 'The body is not UTF-8 text.'));
  }
};

const notFound = (routes: readonly Route[], path: string): Handled => {
  const methods = routes.filter((route) => fits(route.path, path)).map(({ method }) => method);
  if (methods.length === 0)
    return refused(blankProblem(404, `There is nothing here. The paths are: ${pathsOf(routes)}.`));
  const allow = methods.join(', ');
  return { ...refused(blankProblem(405, `Use ${allow}.`)), allow };
};

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
    ...(answer.status === 405 && allow !== undefined && { allow }),
    ...(answer.status === 503 && { 'retry-after': '5' }),
    ...answer.headers,
  },
  body: answer.text ?? JSON.stringify(answer.body),
  isBase64Encoded: false,
});
