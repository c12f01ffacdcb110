import { connect } from 'node:net';
import { DEV_PROOF } from './callers.ts';
import type { Answer } from './stack.ts';

const HEAD_END = '\r\n\r\n';

const parse = (text: string): Answer => {
  const end = text.indexOf(HEAD_END);
  const [statusLine = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  return {
    status: Number(statusLine.split(' ')[1]),
    type: headers['content-type'] ?? '',
    intentId: headers['x-intent-id'] ?? '',
    headers,
    text: text.slice(end + HEAD_END.length),
  };
};

/**
 * Writes these bytes to a server and reads until it closes the connection: for requests that no client would send.
 * Resolves to undefined if it closes without an answer.
 */
export const exchange = (url: string, bytes: string): Promise<Answer | undefined> =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      text += chunk;
    });
    // A server that refuses half-way resets the connection; what it said before counts.
    socket.on('error', () => undefined);
    socket.once('close', () => resolve(text === '' ? undefined : parse(text)));
    socket.write(bytes);
  });

/**
 * A request of the development caller that asks the server to close the connection. The path and the headers go out as they
 * are.
 */
export const rawRequest = (
  method: string,
  path: string,
  body: string,
  headers: readonly string[] = ['Content-Type: application/json'],
): string =>
  [
    `${method} ${path} HTTP/1.1`,
    'Host: localhost',
    'Connection: close',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `Authorization: ${DEV_PROOF.authorization}`,
    ...headers,
    '',
    body,
  ].join('\r\n');
