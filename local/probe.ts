import { get } from 'node:http';
import { connect } from 'node:net';
import { errorText } from '../shared/json/error-text.ts';

/** How long a part may take to answer. */
const ANSWER_MS = 2_000;

const TOO_LATE = `no answer within ${ANSWER_MS / 1_000} s`;

/** Why a server on this machine does not answer a GET with success; undefined if it does. It uses no proxy, whatever is set. */
export const answers = (url: string): Promise<string | undefined> =>
  new Promise((resolve) => {
    const request = get(url, { agent: false, timeout: ANSWER_MS }, (response) => {
      const { statusCode = 0 } = response;
      response.resume();
      resolve(statusCode < 300 ? undefined : `it answers ${statusCode}`);
    });
    request.once('timeout', () => request.destroy(new Error(TOO_LATE)));
    request.once('error', (error) => resolve(errorText(error)));
  });

/** Why a server takes no connection; undefined if it does. No request is sent, so the server records none. */
export const listens = (url: string): Promise<string | undefined> =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), timeout: ANSWER_MS });
    const settle = (trouble?: string): void => {
      socket.destroy();
      resolve(trouble);
    };
    socket.once('connect', () => settle());
    socket.once('timeout', () => settle(TOO_LATE));
    socket.once('error', (error) => settle(errorText(error)));
  });
