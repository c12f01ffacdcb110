import { createServer, type ServerResponse } from 'node:http';
import { listen } from './listen.ts';

/** What an edge may do instead of its work. A path that begins with the name asks for it. */
export const FAULTS = ['denied', 'throttled', 'unreachable'] as const;
export type Fault = (typeof FAULTS)[number];

const refuse = (response: ServerResponse, type: string): void => {
  response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify({ __type: type, message: 'no' }));
};

const CONDUCT: Readonly<Record<string, (response: ServerResponse) => void>> = {
  denied: (response) => refuse(response, 'AccessDeniedException'),
  throttled: (response) => refuse(response, 'ThrottlingException'),
  unreachable: (response) => response.destroy(),
  outage: (response) => response.writeHead(503).end('down'),
};

/** In place of any AWS API, or of the upstream: under each path, one fault. Under `/secret` a secret with that text. */
export const startFaultyAws = async (secret: string) => {
  const server = createServer(async (request, response) => {
    await request.toArray();
    const [, first = ''] = (request.url ?? '').split('/');
    if (first === 'secret') response.end(JSON.stringify({ SecretString: secret }));
    else (CONDUCT[first] ?? CONDUCT.denied)?.(response);
  });
  return listen(server);
};
