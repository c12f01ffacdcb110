import type {
  APIGatewayProxyEventV2,
  APIGatewayProxyStructuredResultV2,
  Context,
} from 'aws-lambda';

/** What a client sends, as far as it matters; the rest is API Gateway's. */
export interface Sent {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly isBase64Encoded?: boolean;
}

export const JSON_TYPE = { 'content-type': 'application/json' } as const;

/** A request as an HTTP API hands it over, payload version 2.0. */
export const eventOf = ({
  method = 'POST',
  path,
  headers = JSON_TYPE,
  body,
  isBase64Encoded = false,
}: Sent): APIGatewayProxyEventV2 => ({
  version: '2.0',
  routeKey: '$default',
  rawPath: path,
  rawQueryString: '',
  headers: { ...headers },
  requestContext: {
    accountId: '000000000000',
    apiId: 'api',
    domainName: 'api.example.com',
    domainPrefix: 'api',
    http: { method, path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' },
    requestId: 'request',
    routeKey: '$default',
    stage: '$default',
    time: '31/Jan/2026:12:00:00 +0000',
    timeEpoch: 1769860800000,
  },
  isBase64Encoded,
  ...(body !== undefined && { body }),
});

/** The context of an invocation of accept-http. */
export const CONTEXT: Context = {
  callbackWaitsForEmptyEventLoop: false,
  functionName: 'accept-http',
  functionVersion: '$LATEST',
  invokedFunctionArn: 'arn:aws:lambda:eu-central-1:000000000000:function:accept-http',
  memoryLimitInMB: '256',
  awsRequestId: 'request',
  logGroupName: 'group',
  logStreamName: 'stream',
  getRemainingTimeInMillis: () => 10_000,
  done: () => undefined,
  fail: () => undefined,
  succeed: () => undefined,
};

export type Handler = (event: unknown, context: Context) => unknown;

/** Sends to a handler and reads the answer as a client would. */
export const askHandler = (handler: Handler, sent: Sent) => invokeHandler(handler, eventOf(sent));

/** Invokes a handler with anything whatever, and reads the answer as a client would. */
export const invokeHandler = async (handler: Handler, event: unknown) => {
  const answer: APIGatewayProxyStructuredResultV2 = Object(await handler(event, CONTEXT));
  const { statusCode, headers = {}, body = '' } = answer;
  return {
    status: statusCode,
    headers,
    text: body,
    body: body === '' ? undefined : JSON.parse(body),
  };
};
