import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Paths for the machine that runs the stack: a look inside, and Lambda's Invoke API, which IAM guards on AWS. */
const OWN = /^\/(local|2015-03-31)\//;

/** A name that only this machine resolves to itself. So no web page can reach the stack by a name of its own. */
const LOOPBACK_NAME = /^(127(\.\d{1,3}){3}|localhost|\[::1\])(:\d+)?$/i;

const LOOPBACK_ADDRESS = /^(127\.|::1$|::ffff:127\.)/;

/**
 * Whether a request names another host than this machine. Law: while the development callers prove themselves with the public
 * token, no such request comes in on any path. A web page may let its own name point here, and then send that token.
 */
export const isForeignName = ({ headers }: IncomingMessage): boolean =>
  headers.host !== undefined && !LOOPBACK_NAME.test(headers.host);

export const FOREIGN_NAME = {
  message:
    'The development token is public, so only requests to the names of this machine come in: 127.0.0.1, localhost. For requests with another Host, set DEV_TOKEN or CALLERS_FILE.',
};

const isFromHere = ({ socket, headers }: IncomingMessage): boolean =>
  LOOPBACK_ADDRESS.test(socket.remoteAddress ?? '') && LOOPBACK_NAME.test(headers.host ?? '');

/**
 * A browser says which page a request comes from. The console is the stack's own page: its origin is the very address that
 * the request goes to.
 */
const isFromPage = ({ headers }: IncomingMessage): boolean =>
  /^(cross|same)-site$/.test(String(headers['sec-fetch-site'])) ||
  (headers.origin !== undefined && headers.origin !== `http://${headers.host}`);

const hasToken = ({ headers }: IncomingMessage, token: string | undefined): boolean => {
  if (token === undefined) return false;
  const [given, wanted] = [headers.authorization ?? '', `Bearer ${token}`].map((text) =>
    Buffer.from(text),
  );
  return (
    given !== undefined &&
    wanted !== undefined &&
    given.length === wanted.length &&
    timingSafeEqual(given, wanted)
  );
};

/**
 * Whether a request to the stack's own paths is refused. Law: it comes from this machine, and from no web page but
 * the console, or it has the token of the development callers. `devToken` is undefined if that token is the public one.
 */
export const isKeptOut = (request: IncomingMessage, devToken: string | undefined): boolean =>
  OWN.test(request.url ?? '') &&
  !hasToken(request, devToken) &&
  (isFromPage(request) || !isFromHere(request));

export const KEPT_OUT = {
  message:
    'This path is for this machine alone. From elsewhere, and from a web page, send the token of the development callers: authorization: Bearer <DEV_TOKEN>.',
};
