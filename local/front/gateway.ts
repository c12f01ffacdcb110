import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

/** API Gateway's bound on a request, in bytes. */
const LARGEST_REQUEST = 10 * 1024 * 1024;

/** What API Gateway hands on as text; all else it takes for binary. */
const textual =
  /^(text\/|application\/([\w.-]+\+)?(json|xml)|application\/(javascript|x-www-form-urlencoded))/i;

/** The whole body, or undefined if it is larger than API Gateway takes. */
export const readBody = async (request: IncomingMessage): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= LARGEST_REQUEST) chunks.push(chunk);
  }
  return size <= LARGEST_REQUEST ? Buffer.concat(chunks) : undefined;
};

/** The HTTP API event, payload version 2.0, that API Gateway makes of a request. */
export const eventOf = (request: IncomingMessage, body: Buffer): APIGatewayProxyEventV2 => {
  const [path = '/', query = ''] = (request.url ?? '/').split('?', 2);
  const method = request.method ?? 'GET';
  const headers = headersOf(request);
  const isBase64Encoded = !textual.test(headers['content-type'] ?? '') || !isUtf8(body);
  const now = new Date();
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: query,
    headers,
    requestContext: {
      accountId: '000000000000',
      apiId: 'local',
      domainName: headers.host ?? 'localhost',
      domainPrefix: 'local',
      http: {
        method,
        path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? '',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey: '$default',
      stage: '$default',
      time: now.toISOString(),
      timeEpoch: now.getTime(),
    },
    ...(body.length > 0 && { body: body.toString(isBase64Encoded ? 'base64' : 'utf8') }),
    isBase64Encoded: isBase64Encoded && body.length > 0,
  };
};

/** Names in lower case, repeated headers joined by commas. */
const headersOf = (request: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(request.headersDistinct).map(([name, values]) => [
      name,
      (values ?? []).join(','),
    ]),
  );

/** Writes a function's result as API Gateway does. */
export const writeResult = (
  response: ServerResponse,
  result: APIGatewayProxyStructuredResultV2,
): void => {
  const { statusCode = 200, headers = {}, body = '', isBase64Encoded = false } = result;
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, String(value));
  response.writeHead(statusCode, { 'content-length': bytes.length }).end(bytes);
};
