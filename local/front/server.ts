import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { problemOf } from '../../shared/accept/problem.ts';
import { tellProblem } from '../../shared/accept/routes.ts';
import type { TakeToken } from '../../shared/batching/token-buckets.ts';
import { newIntentId } from '../../shared/edge/intent-id.ts';
import type { Console } from '../console/console.ts';
import { waitUntil } from '../stopper.ts';
import { eventOf, readBody, writeResult } from './gateway.ts';
import { FOREIGN_NAME, isForeignName, isKeptOut, KEPT_OUT } from './guard.ts';
import { type Inspection, inspect } from './inspect.ts';
import { answerInvoke, type Functions } from './invoke.ts';
import { answerLambdaApi, type LambdaApi } from './lambda-api.ts';

export interface FrontOptions {
  readonly port: number;
  readonly host: string;
  readonly functions: Functions;
  readonly inspection: Inspection;
  readonly lambdaApi: LambdaApi;
  /** The console at `/`. */
  readonly page: Console;
  /** API Gateway's throttle of the stage, for all callers together. */
  readonly takeToken: TakeToken;
  /** The token of the development callers. Undefined if it is the public one. */
  readonly devToken: string | undefined;
  /** Whether the public token lets callers in. */
  readonly isTokenPublic: boolean;
}

export interface Front {
  readonly url: string;
  /** Takes no more requests and waits for those under way; at `endAt`, in milliseconds since 1970, it hangs up on them. */
  readonly stop: (endAt?: number) => Promise<void>;
}

/**
 * The one address of the stack: API Gateway for accept-http, Lambda's Invoke API for every function, and a look inside.
 * Rejects if the port is taken.
 */
export const startFront = async (options: FrontOptions): Promise<Front> => {
  const server = createServer({ keepAliveTimeout: 30_000 }, (request, response) => {
    // After the close, a connection that stays open would delay it until the connection times out.
    response.once('finish', () => server.listening || request.socket.end());
    answer(request, response, options).catch((error: unknown) => {
      // The connection ended before the request was whole: that is no failure of the front.
      if (!request.complete) return;
      console.error('the front failed:', error);
      if (!response.headersSent) writeJson(response, 500, { message: 'Internal Server Error' });
    });
  });
  await listen(server, options);
  const { address, port, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    stop: (endAt) => {
      // A stream has no end of its own.
      options.page.stop();
      return close(server, endAt);
    },
  };
};

const answer = async (
  request: IncomingMessage,
  response: ServerResponse,
  options: FrontOptions,
): Promise<void> => {
  const { functions, inspection, lambdaApi, page, takeToken, devToken, isTokenPublic } = options;
  if (isTokenPublic && isForeignName(request)) return writeJson(response, 403, FOREIGN_NAME);
  if (isKeptOut(request, devToken)) return writeJson(response, 403, KEPT_OUT);
  const body = await readBody(request);
  if (body === undefined) return writeJson(response, 413, { message: 'Request Too Long' });
  const seen =
    (await page.answer(request, response, body)) ?? (await inspect(request, body, inspection));
  if (seen === 'answered') return;
  if (seen !== undefined) return writeJson(response, seen.status, seen.body);
  const invoked =
    answerLambdaApi(request, body, lambdaApi) ?? (await answerInvoke(request, body, functions));
  if (invoked !== undefined) return writeResult(response, invoked);
  const wait = takeToken('stage');
  if (wait > 0) return writeResult(response, throttled(request, wait));
  try {
    const result = await functions['accept-http'].invoke(eventOf(request, body));
    writeResult(response, result as APIGatewayProxyStructuredResultV2);
  } catch (error) {
    console.error('accept-http failed:', error instanceof Error ? error.message : error);
    writeJson(response, 500, { message: 'Internal Server Error' });
  }
};

/** In the shape of the request's route. On AWS the stage answers in a shape of its own. */
const throttled = (
  { url = '/' }: IncomingMessage,
  wait: number,
): APIGatewayProxyStructuredResultV2 => {
  const retryAfterSeconds = Math.ceil(wait / 1_000);
  const detail = `The stack takes no more requests now. Send the request again in ${retryAfterSeconds} s.`;
  const problem = problemOf('quota-exceeded', detail, { retryAfterSeconds });
  const intentId = newIntentId();
  const [path = '/'] = url.split('?', 1);
  const { status, contentType = 'application/json', body } = tellProblem(problem, path, intentId);
  return {
    statusCode: status,
    headers: {
      'content-type': contentType,
      'retry-after': String(retryAfterSeconds),
      'x-request-id': intentId,
    },
    body: JSON.stringify(body),
  };
};

const writeJson = (response: ServerResponse, statusCode: number, body: unknown): void =>
  writeResult(response, {
    statusCode,
    headers: { 'content-type': 'application/json' },
    body: `${JSON.stringify(body, null, 2)}\n`,
  });

const listen = (server: Server, { port, host }: FrontOptions): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve());
  });

const close = async (server: Server, endAt: number | undefined): Promise<void> => {
  const closed = new Promise<boolean>((resolve) => {
    server.close(() => resolve(true));
    server.closeIdleConnections();
  });
  if ((await waitUntil(endAt, closed)) === undefined) server.closeAllConnections();
};
