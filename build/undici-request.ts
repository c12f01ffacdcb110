import type { Plugin } from 'esbuild';
import { replaceModule } from './replace-module.ts';

/** undici's index.js makes `request` of the same parts. This one always needs a dispatcher: there is no global one. */
const agentAndRequest = `
import Agent from './lib/dispatcher/agent.js';
import requestOf from './lib/api/api-request.js';
import { parseURL } from './lib/core/util.js';

const request = (url, { dispatcher, ...options }) => {
  const { origin, pathname, search } = parseURL(url);
  return requestOf.call(dispatcher, { method: 'GET', ...options, origin, path: pathname + search });
};

export { Agent, request };
`;

/**
 * Parts of undici that a request over HTTP/1 with a text as body never reaches, and what takes their places. A request that
 * reaches one fails, and says so.
 */
const UNREACHED: Readonly<Record<string, string>> = {
  // The parser for processors without SIMD. Both of Lambda's have it.
  'llhttp/llhttp-wasm': `module.exports = require('./llhttp_simd-wasm.js');`,
  // Our agent never offers HTTP/2.
  'dispatcher/client-h2': `module.exports = () => { throw new Error('HTTP/2 is not bundled'); };`,
  // Forms as bodies.
  'web/fetch/body': `exports.extractBody = () => { throw new Error('forms are not bundled'); };`,
  'web/fetch/formdata': '',
  'web/webidl/index': 'exports.webidl = { is: { FormData: () => false } };',
};

/**
 * Takes `Agent` and `request` from undici's parts. Its index would also load fetch, WebSocket, mocks and caches.
 * `esbuildDetection` is undici's own switch: it leaves out the experimental second parser, as Node does.
 */
export const undiciRequestOnly: Plugin = {
  name: 'undici-request-only',
  setup(build) {
    build.initialOptions.define = { ...build.initialOptions.define, esbuildDetection: 'true' };
    replaceModule(build, 'undici/index\\.js', agentAndRequest);
    for (const [part, contents] of Object.entries(UNREACHED))
      replaceModule(build, `undici/lib/${part}\\.js`, contents);
  },
};
