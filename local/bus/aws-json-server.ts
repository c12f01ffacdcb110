import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export interface AwsReply {
  readonly status: number;
  readonly body: object;
}

/** An error as AWS JSON services write it: the SDK takes the exception's name from `__type`. */
export const awsFault = (type: string, message: string, status = 400): AwsReply => ({
  status,
  body: { __type: type, message },
});

export interface AwsJsonServerOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** The first part of `X-Amz-Target`, before the operation's name: `AWSEvents`, for example. */
  readonly service: string;
  /** A longer body is refused, and not kept. */
  readonly maxBodyBytes: number;
  readonly handle: (operation: string, input: unknown) => AwsReply;
}

export interface AwsJsonServer {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

const TOO_LARGE = awsFault('RequestEntityTooLargeException', 'The body is too large.', 413);

/** The whole body as text; undefined if it is longer than allowed. */
const readBody = async (
  request: IncomingMessage,
  maxBytes: number,
): Promise<string | undefined> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    // The rest is read and dropped: a client that is cut off while it sends never reads the refusal.
    if (bytes <= maxBytes) chunks.push(chunk);
  }
  return bytes > maxBytes ? undefined : Buffer.concat(chunks).toString();
};

const parse = (body: string): { readonly input: unknown } | undefined => {
  try {
    return { input: JSON.parse(body) };
  } catch {
    return undefined;
  }
};

/** Reads the operation and its input, and has them handled. */
const replyTo = async (
  request: IncomingMessage,
  { service, maxBodyBytes, handle }: AwsJsonServerOptions,
): Promise<AwsReply> => {
  const body = await readBody(request, maxBodyBytes);
  if (body === undefined) return TOO_LARGE;
  const [target, operation] = String(request.headers['x-amz-target']).split('.');
  if (target !== service || operation === undefined) {
    return awsFault('UnknownOperationException', 'The X-Amz-Target header names no operation.');
  }
  const parsed = parse(body);
  if (parsed === undefined) return awsFault('SerializationException', 'The body is not JSON.');
  return handle(operation, parsed.input);
};

/** Serves the AWS JSON 1.1 protocol. Rejects if the port is taken; `stop` lets requests under way finish. */
export const startAwsJsonServer = async (options: AwsJsonServerOptions): Promise<AwsJsonServer> => {
  const { host, port } = options;
  const send = (response: ServerResponse, { status, body }: AwsReply): void => {
    // After the close, a connection that stays open would delay it until the connection times out.
    if (!server.listening) response.setHeader('connection', 'close');
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(body));
  };
  const server = createServer((request, response) => {
    replyTo(request, options).then(
      (answer) => send(response, answer),
      (cause: unknown) => send(response, awsFault('InternalException', String(cause), 500)),
    );
  });
  const listening = Promise.withResolvers<void>();
  server.once('error', listening.reject);
  server.listen(port, host, listening.resolve);
  await listening.promise;
  const address = server.address();
  const bound = typeof address === 'object' ? address?.port : port;
  return {
    url: `http://${host}:${bound ?? port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
      }),
  };
};
