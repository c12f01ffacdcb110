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
 * Takes `Agent` and `request` from undici's parts. Its index would also load fetch, WebSocket, mocks and caches.
 * `esbuildDetection` is undici's own switch: it leaves out the experimental second parser, as Node does.
 */
export const undiciRequestOnly: Plugin = {
  name: 'undici-request-only',
  setup(build) {
    build.initialOptions.define = { ...build.initialOptions.define, esbuildDetection: 'true' };
    replaceModule(build, 'undici/index\\.js', agentAndRequest);
  },
};
